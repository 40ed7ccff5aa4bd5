import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@langchain/langgraph-sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { alignConfigSchema } from "../../src/config/alignment-settings.js";
import { userKey } from "../../src/domain/user-id.js";
import {
  alignmentThreadId,
  reflectionThreadId,
} from "../../src/app/alignment-runs/run-thread-id.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { type DevServer, startDevServer } from "../support/servers/dev-server.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../src/fake-model/openai-server.js";
import { taggedTurn } from "../support/users/planted-versions.js";
import { stillRunning } from "../support/processes/process-tree.js";
import { newDataFolder } from "../support/setup/data-folder.js";

// A run waits five seconds before it begins, and takes many on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** Alignments on the real server, with the offline model, or one that never answers. */
const ada = "ada@example.org";
const bob = "bob@example.org";
const eve = "eve@example.org";

let dataDir: string;
let model: OpenAiServer;
let reply: OpenAiReply = { kind: "silence" };
let server: DevServer;
let client: Client;

beforeAll(async () => {
  dataDir = await newDataFolder("persona-agent-alignment-");
  const agent = await openPersonaAgent({}, { dataDir, backgroundAlignment: false });
  // The latest answers are other ones than those before.
  const historyOf = (user: string) =>
    Array.from({ length: 24 }, (_, n) => ({
      ...taggedTurn(n, 0, false, user),
      groundTruth: n < 16 ? "action" : "comedy",
    }));
  for (const user of [ada, bob, eve]) await agent.memory.episodes.addMany(user, historyOf(user));
  await agent.close();
  model = await startOpenAiServer(() => reply);
  await start();
}, 180_000);

afterAll(async () => {
  await kill();
  await model?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start() {
  server = await startDevServer(["--data-dir", dataDir], {
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: "no-real-key",
  });
  client = new Client({ apiUrl: server.info.url, callerOptions: { maxRetries: 0 } });
}

/** All of its processes at once: none is left to write anything down. */
async function kill() {
  const processes = server.processes();
  for (const pid of processes) process.kill(pid, "SIGKILL");
  await vi.waitUntil(() => stillRunning(processes).length === 0, { timeout: 10_000 });
}

const turnSchema = z.object({
  episodeId: z.string(),
  alignment: z.object({ newAnswers: z.number(), due: z.boolean() }),
  degraded: z.array(z.string()),
});

async function turn(userId: string, settings: Record<string, unknown> = {}) {
  const input = { messages: [{ role: "user", content: "Hello." }] };
  const context = { userId, ...settings };
  return turnSchema.parse(await client.runs.wait(null, "agent", { input, context }));
}

const runsOf = (user: string) => client.runs.list(alignmentThreadId(user));
const statesOf = async (user: string) => (await runsOf(user)).map(({ status }) => status);

describe("the alignment graph on a server", () => {
  it("shows its settings, its state, and the agent that its simulations run", async () => {
    const [assistant] = await client.assistants.search({ graphId: "alignment" });
    const id = assistant?.assistant_id ?? "";
    const schemas = await client.assistants.getSchemas(id);
    expect(Object.keys(schemas.context_schema?.properties ?? {})).toEqual(
      Object.keys(alignConfigSchema.shape),
    );
    expect(schemas.state_schema?.properties).toHaveProperty("iterations");
    expect(schemas.input_schema?.properties ?? {}).toEqual({});
    const drawn = await client.assistants.getGraph(id, { xray: true });
    const nodes = drawn.nodes.map((node) => node.id);
    expect(nodes).toEqual(
      expect.arrayContaining(["simulate:reason", "validate:reason", "accept-candidate"]),
    );
  });

  it("runs once for a burst of turns and feedback that make it due", async () => {
    const { episodeId } = await turn(ada, { alignAfter: 1_000 });
    const feedback = {
      input: { episodeId, kind: "answer", text: "Good day." },
      context: { userId: ada, recallLatest: 0 },
    };
    const due = { newAnswers: expect.any(Number), due: true };
    const burst = await Promise.all([
      turn(ada, { recallLatest: 0 }),
      turn(ada, { recallLatest: 0 }),
      client.runs.wait(null, "feedback", feedback),
      client.runs.wait(null, "feedback", feedback),
    ]);
    for (const each of burst) expect(each).toMatchObject({ alignment: due, degraded: [] });
    await expect.poll(() => statesOf(ada), { timeout: 60_000, interval: 500 }).toEqual(["success"]);
    const { values, next } = await client.threads.getState(alignmentThreadId(ada));
    expect(next).toEqual([]);
    const { iterations } = z.object({ iterations: z.array(z.object({})).min(1) }).parse(values);
    expect(iterations.length).toBeLessThanOrEqual(3);
    expect((await turn(ada)).alignment).toEqual({ newAnswers: 0, due: false });
    const thread = await client.threads.get(alignmentThreadId(ada));
    expect(thread.metadata).toMatchObject({ graph_id: "alignment", userId: userKey(ada) });
  });

  it("reads the turns of a burst in one run of the graph reflection, after its end", async () => {
    const settings = { reflectAfter: 2, models: { alignment: "offline" } };
    const said = ["I love trains.", "I hate horror films.", "I never eat meat.", "I like tea."];
    const degraded: string[] = [];
    for (const content of said) {
      const input = { messages: [{ role: "user", content }] };
      const context = { userId: "dan@example.org", ...settings };
      const done = await client.runs.wait(null, "agent", { input, context });
      degraded.push(...turnSchema.parse(done).degraded);
    }
    expect(degraded).toEqual([]);
    const thread = reflectionThreadId("dan@example.org");
    const states = async () => (await client.runs.list(thread)).map(({ status }) => status);
    // A request that was replaced leaves no run.
    await expect.poll(states, { timeout: 60_000, interval: 500 }).toEqual(["success"]);
    const { values } = await client.threads.getState(thread);
    const { profile } = z
      .object({ profile: z.object({ statements: z.array(z.object({ text: z.string() })) }) })
      .parse(values);
    const known = profile.statements.map(({ text }) => text).join("\n");
    for (const fact of said) expect(known).toContain(fact);
    expect(JSON.stringify(values)).not.toContain("dan@example.org");
  });

  it("waits for a person, whatever comes meanwhile, and goes on with the decision", async () => {
    const thread = alignmentThreadId(bob);
    await client.threads.create({ threadId: thread, graphId: "alignment" });
    const settings = { review: true, validation: false, iterations: 1, recallLatest: 0 };
    const context = { userId: bob, ...settings };
    await client.runs.wait(thread, "alignment", { input: {}, context });
    const waiting = await client.threads.getState(thread);
    const requests = waiting.tasks.flatMap(({ interrupts }) => interrupts);
    expect(requests).toHaveLength(1);
    const request = requests[0]?.value;
    expect(request).toMatchObject({
      kind: "persona-review",
      diff: { added: [{ text: expect.stringContaining("comedy") }] },
      problem: null,
    });

    const { episodeId } = await turn(bob);
    const said = await client.runs.wait(null, "feedback", {
      input: { episodeId, kind: "accept" },
      context: { userId: bob, alignAfter: 1 },
    });
    expect(said).toMatchObject({ alignment: { newAnswers: 1, due: false }, degraded: [] });
    expect((await client.threads.get(thread)).status).toBe("interrupted");
    const another = { input: {}, context: { userId: bob } };
    await expect(client.runs.wait(thread, "alignment", another)).rejects.toThrow(
      "waits for review",
    );

    const command = { resume: { decision: "approve" } };
    const decided = await client.runs.wait(thread, "alignment", { command, context });
    expect(decided).toMatchObject({ iterations: [{ accepted: true, version: 1 }] });
  });

  it("asks again for a run that a killed server left running", async () => {
    const thread = alignmentThreadId(eve);
    await turn(eve, { models: { alignment: "openai:mute" } });
    await expect.poll(() => statesOf(eve), { timeout: 30_000 }).toEqual(["running"]);
    await expect.poll(() => model.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
    const [left] = await runsOf(eve);
    // The server writes down what it knows some seconds later.
    const kept = join(dataDir, "langgraph", ".langgraph_api");
    const isKept = async () => {
      const texts = (await readdir(kept)).map((name) => readFile(join(kept, name), "utf8"));
      return (await Promise.all(texts)).some((text) => /"status":\s*"running"/.test(text));
    };
    await expect.poll(isKept, { timeout: 30_000 }).toBe(true);
    await kill();

    // It goes on under its own settings, whatever a turn asks for.
    reply = { kind: "message", text: "Good day." };
    await start();
    expect(await runsOf(eve)).toMatchObject([{ run_id: left?.run_id, status: "running" }]);
    const asksAgain = async () => {
      const { alignment, degraded } = await turn(eve, { models: { alignment: "offline" } });
      expect({ due: alignment.due, degraded }).toEqual({ due: true, degraded: [] });
      return (await runsOf(eve)).map(({ run_id: id }) => id);
    };
    // A run that was due a moment ago is taken for one that begins.
    await expect.poll(asksAgain, { timeout: 30_000, interval: 1_000 }).not.toContain(left?.run_id);
    await expect.poll(() => statesOf(eve), { timeout: 60_000, interval: 500 }).toEqual(["success"]);
    const { values } = await client.threads.getState(thread);
    expect(z.object({ iterations: z.array(z.unknown()) }).parse(values).iterations).not.toEqual([]);
    expect((await turn(eve)).alignment).toEqual({ newAnswers: 0, due: false });
  }, 180_000);
});
