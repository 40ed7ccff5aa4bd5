import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { userKey } from "../../src/domain/user-id.js";
import {
  type LangSmithServer,
  startLangSmithServer,
  type TracedRun,
} from "../support/servers/langsmith-server.js";
import { compiled } from "../support/setup/compiled.js";

const user = "zelda.raw@example.org";
let langsmith: LangSmithServer;
afterEach(() => langsmith.close());

/** Turns of one user in a process of their own, because tracing is switched on by the environment. */
const turns = `
  const { createPersonaAgent, openPersonaAgent } = await import(${JSON.stringify(compiled("src/index.ts"))});
  const { graph, ask, buildProfile, feedback, align } = createPersonaAgent();
  const messages = [{ role: "user", content: "What did I say about meat?" }];
  const configurable = { userId: ${JSON.stringify(user)} };
  await ask(configurable.userId, "I never eat meat.");
  await graph.invoke({ messages }, { configurable });
  await buildProfile(configurable.userId);
  const { episodeId } = await ask(configurable.userId, "Which tea do I drink?");
  await feedback(configurable.userId, { episodeId, kind: "answer", text: "green tea" });
  await align(configurable.userId, { settings: { validation: false, iterations: 1 } });
  await (await openPersonaAgent({ STORE: "platform", INDEX: "in-process" })).close();
  // As the command line does when its work is done.
  process.exit();
`;

async function run(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ["--input-type=module", "-e", turns],
    // Nothing of this process's own environment: a variable of the machine might switch tracing on.
    { env, stdio: ["ignore", "inherit", "inherit"] },
  );
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}

const switchedOn = () => ({
  LANGSMITH_TRACING: "true",
  LANGSMITH_API_KEY: "no-real-key",
  LANGSMITH_ENDPOINT: langsmith.url,
  LANGSMITH_PROJECT: "persona",
});

const names = (runs: readonly TracedRun[]) => runs.map(({ name }) => name);

describe("traces", () => {
  it("show a turn step by step, with labels to search for", async () => {
    langsmith = await startLangSmithServer();
    await run(switchedOn());
    const [told, asked] = langsmith
      .runs()
      .filter(({ name, parent_run_id: parent }) => !parent && name === "persona-agent turn");
    if (told === undefined || asked === undefined) throw new Error("No run came in.");

    expect(told).toMatchObject({ name: "persona-agent turn", session_name: "persona" });
    for (const turn of [told, asked]) {
      expect(turn.tags).toContain("persona-agent");
      const label = { userId: userKey(user), mode: "default", model: "offline" };
      expect(turn.extra?.metadata).toMatchObject(label);
    }
    expect(names(langsmith.childrenOf(asked))).toEqual([
      "__start__",
      "load-persona",
      "retrieve-memory",
      "reason",
      "execute-tools",
      "reason",
      "write-memory",
      "schedule-alignment",
    ]);
    const [first, tools] = langsmith
      .childrenOf(asked)
      .filter(({ name }) => name === "reason" || name === "execute-tools")
      .map((step) => langsmith.childrenOf(step));
    expect(first).toMatchObject([
      {
        name: "answer",
        run_type: "llm",
        extra: {
          metadata: { userId: userKey(user), personaVersion: 0, mode: "default", model: "offline" },
        },
      },
    ]);
    expect(tools).toMatchObject([{ name: "recall_memory", run_type: "tool" }]);
    expect(names(langsmith.runs())).toContain("profile");
  });

  it("show an alignment step by step, with the agent inside its simulations", async () => {
    langsmith = await startLangSmithServer();
    await run(switchedOn());
    const [root] = langsmith.runs().filter(({ name }) => name === "persona-agent alignment");
    if (root === undefined) throw new Error("No alignment came in.");
    expect(root.tags).toContain("persona-agent");
    const labels = { userId: userKey(user), mode: "default", agent: "offline" };
    expect(root.extra?.metadata).toMatchObject({ ...labels, alignment: "offline" });
    const below = (name: string) =>
      langsmith
        .childrenOf(root)
        .filter((step) => step.name === name)
        .flatMap((step) => langsmith.childrenOf(step));
    const [agent] = below("simulate");
    if (agent === undefined) throw new Error("No simulation came in.");
    expect(agent.name).toBe("agent");
    expect(names(langsmith.childrenOf(agent))).toContain("reason");
    const all = names(langsmith.runs().filter(({ trace_id }) => trace_id === root.id));
    for (const name of ["answer", "critique", "update"]) expect(all).toContain(name);
  });

  it.each([
    ["as multipart forms", true],
    ["in batches of JSON", false],
  ])("never hold the user's id, sent %s", async (_how, multipart) => {
    langsmith = await startLangSmithServer({ multipart });
    await run(switchedOn());
    const sent = langsmith.received.join("\n");
    expect(sent).toContain("I never eat meat.");
    expect(sent).toContain(userKey(user));
    const leaks = [...sent.matchAll(/.{160}zelda\.raw@example\.org.{60}/g)].map(([each]) => each);
    expect(leaks).toEqual([]);
  });

  it("are sent only if the environment enables them", async () => {
    langsmith = await startLangSmithServer();
    await run({ LANGSMITH_API_KEY: "no-real-key", LANGSMITH_ENDPOINT: langsmith.url });
    expect(langsmith.requests).toEqual([]);
  });
});
