import { rm } from "node:fs/promises";
import { RemoteGraph } from "@langchain/langgraph/remote";
import { Client } from "@langchain/langgraph-sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { alignConfigSchema } from "../../src/config/alignment-settings.js";
import { runConfigSchema } from "../../src/config/turn-settings.js";
import { userKey } from "../../src/domain/user-id.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { type OpenAiServer, startOpenAiServer } from "../../src/fake-model/openai-server.js";
import { openDataFolder } from "../../src/memory/postgres/data-folder.js";
import { type DevServer, startDevServer } from "../support/servers/dev-server.js";
import { type LangSmithServer, startLangSmithServer } from "../support/servers/langsmith-server.js";
import { stillRunning } from "../support/processes/process-tree.js";
import { newDataFolder } from "../support/setup/data-folder.js";
import { filesWith } from "../support/users/bytes-of-files.js";
import { settingEnds } from "../support/setup/setting-ends.js";
import { taggedTurn } from "../support/users/planted-versions.js";

/** The real server on real services, one for all tests, with traces sent to a LangSmith on the loopback. */
const ada = "ada@example.org";
const bob = "bob@example.org";
const question = "What did I tell you about meat?";

let dataDir: string;
let server: DevServer;
let client: Client;
let langsmith: LangSmithServer;
/** Calls a tool as long as it is offered one. */
let models: OpenAiServer;

beforeAll(async () => {
  dataDir = await newDataFolder("persona-agent-dev-");
  const agent = await openPersonaAgent({}, { dataDir });
  await agent.ask(ada, "I never eat meat.");
  await agent.ask(bob, "I eat meat every day.");
  const historyOf = (user: string) =>
    Array.from({ length: 4 }, (_, n) => taggedTurn(n, 0, false, user));
  for (const [userId] of alignments) await agent.memory.episodes.addMany(userId, historyOf(userId));
  await agent.close();
  langsmith = await startLangSmithServer();
  models = await startOpenAiServer(({ body }) => {
    if (body["model"] === "silent") return { kind: "silence" };
    return (body["tools"] as unknown[] | undefined)?.length
      ? {
          kind: "message",
          toolCalls: [{ name: "recall_memory", args: { query: "meat", limit: 2 } }],
        }
      : { kind: "message", text: "No meat." };
  });
  server = await startDevServer(["--data-dir", dataDir], {
    OPENAI_BASE_URL: models.url,
    LANGSMITH_TRACING: "true",
    LANGSMITH_API_KEY: "no-real-key",
    LANGSMITH_ENDPOINT: langsmith.url,
  });
  client = new Client({ apiUrl: server.info.url, callerOptions: { maxRetries: 0 } });
}, 180_000);

afterAll(async () => {
  server?.child.kill("SIGKILL");
  await langsmith?.close();
  await models?.close();
  await rm(dataDir, { recursive: true, force: true });
});

/**
 * Settings at their least, then at their greatest and so on, as a run over the server takes them: in one process each
 * is tried alone. Those that would hide what the others do stand alone here too.
 */
function endsTogether(schema: z.ZodObject): Record<string, unknown>[] {
  const alone = ["userId", "mode", "toolRounds", "samplesPerItem", "minimumItems", "models"];
  // Budgets too small for a run are refused.
  const ends = settingEnds(schema).filter(
    ([name, value]) => !(/^max[A-Z]/.test(name) && Number(value) < 1),
  );
  const together: Record<string, unknown>[] = [];
  for (const [name, value] of ends.filter(([one]) => !alone.includes(one))) {
    const free = together.find((settings) => !(name in settings));
    if (free === undefined) together.push({ [name]: value });
    else free[name] = value;
  }
  return [
    ...together,
    ...ends.filter(([one]) => alone.includes(one)).map(([name, value]) => ({ [name]: value })),
  ];
}

const alignments = endsTogether(alignConfigSchema).map((settings, n): [string, typeof settings] => [
  `user-${n}@example.org`,
  settings,
]);

const say = (content: string) => ({ messages: [{ role: "user", content }] });

/** What the tests read of the agent's state, as it comes over HTTP. */
const stateSchema = z.object({
  messages: z.array(z.object({ type: z.string(), content: z.string() })),
  owner: z.string(),
  recalled: z.array(z.object({ query: z.string() })),
  episodeId: z.string(),
  degraded: z.array(z.string()),
});
const alignmentSchema = z.object({
  iterations: z.array(z.object({})),
  degraded: z.array(z.string()),
});
const stateOf = (values: unknown) => stateSchema.parse(values);

/** The one error of a run that was refused, with the thread as it was left. */
async function refusal(threadId: string | null, payload: Record<string, unknown>) {
  const errors: unknown[] = [];
  const run = { input: say("Let me in."), ...payload };
  const parts =
    threadId === null
      ? client.runs.stream(null, "agent", run)
      : client.runs.stream(threadId, "agent", run);
  for await (const { event, data } of parts) if (event === "error") errors.push(data);
  expect(errors).toHaveLength(1);
  return z.object({ message: z.string() }).parse(errors[0]).message;
}

describe("persona-agent dev", () => {
  it("erases a user whose turn is under way, with what the server keeps of them, and goes on", async () => {
    const user = "gone@example.org";
    const word = "quizzlewump";
    const context = { userId: user };
    await client.assistants.create({ graphId: "agent", name: word, context });
    await client.store.putItem([userKey(user), "notes"], "one", { word });
    const [told, asked] = [await client.threads.create(), await client.threads.create()];
    const input = say(`I never eat ${word}.`);
    await client.runs.wait(told.thread_id, "agent", { input, context });
    const held = { ...context, models: { agent: "openai:silent" } };
    const run = await client.runs.create(asked.thread_id, "agent", { input, context: held });
    const isHeld = () => models.requests.some(({ body }) => body["model"] === "silent");
    await expect.poll(isHeld, { timeout: 30_000 }).toBe(true);
    const erase = async () => {
      const url = `${server.info.url}/users/${encodeURIComponent(user)}`;
      return (await fetch(url, { method: "DELETE" })).json();
    };
    const erased = { episodes: 1, threads: 2, assistants: 1, serverItems: 1 };
    expect(await erase()).toMatchObject({ erased, left: {} });
    expect(await erase()).toEqual({ user, erased: {}, left: {} });
    for (const { thread_id: id } of [told, asked])
      await expect(client.threads.get(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.runs.get(asked.thread_id, run.run_id)).rejects.toMatchObject({
      status: 404,
    });
    // As many as the server works on at a time: none of its workers ended with the thread.
    const others = Array.from({ length: 12 }, () =>
      client.runs.wait(null, "agent", { input: say(question), context: { userId: bob } }),
    );
    for (const values of await Promise.all(others)) expect(stateOf(values).degraded).toEqual([]);
    // LangGraph's server writes its files some seconds after a change, the first time too.
    for (const name of [/^pglite\//, /^chroma\//, /\.langgraph_api\//])
      await expect
        .poll(() => filesWith(dataDir, [""]), { timeout: 20_000, interval: 500 })
        .toContainEqual(expect.stringMatching(name));
    const namesOf = () => filesWith(dataDir, [word, user]);
    await expect.poll(namesOf, { timeout: 20_000, interval: 500 }).toEqual([]);
  }, 120_000);

  it("streams a turn that answers from what was in the data folder", async () => {
    const { thread_id: thread } = await client.threads.create();
    const seen: Record<string, unknown[]> = {};
    for await (const { event, data } of client.runs.stream(thread, "agent", {
      input: say(question),
      context: { userId: ada },
      streamMode: ["values", "messages-tuple", "custom"],
    }))
      (seen[event] ??= []).push(data);

    const kinds = z.array(z.object({ kind: z.string() })).parse(seen["custom"]);
    expect(kinds.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["persona-loaded", "memory-recalled", "episode-written"]),
    );
    const tokens = z
      .array(z.tuple([z.object({ content: z.string() }), z.object({ langgraph_node: z.string() })]))
      .parse(seen["messages"])
      .filter(([, { langgraph_node: node }]) => node === "reason");
    expect(tokens.length).toBeGreaterThan(3);

    const state = stateOf(seen["values"]?.at(-1));
    expect(state.messages.at(-1)?.content).toContain("I never eat meat");
    expect(state.recalled.map(({ query }) => query)).toEqual(["I never eat meat."]);
    expect(state.degraded).toEqual([]);

    const kept = await client.threads.getState(thread);
    expect(stateOf(kept.values)).toEqual(state);
    expect(kept.next).toEqual([]);
    const history = await client.threads.getHistory(thread, { limit: 50 });
    expect(history.map(({ next }) => next[0] ?? "end")).toEqual(
      expect.arrayContaining(["load-persona", "retrieve-memory", "reason", "write-memory", "end"]),
    );
  });

  it("remembers the turn for the next thread of the same user only", async () => {
    const first = await client.runs.wait(null, "agent", {
      input: say("My sister is called Greta."),
      context: { userId: ada },
    });
    const asked = say("What is my sister called?");
    const [hers, his] = await Promise.all(
      [ada, bob].map((userId) =>
        client.runs.wait(null, "agent", { input: asked, context: { userId } }),
      ),
    );
    expect(stateOf(first).owner).toBe(userKey(ada));
    expect(JSON.stringify(stateOf(hers).recalled)).toContain("Greta");
    expect(JSON.stringify(his)).not.toContain("Greta");
  });

  it("gives every setting of a run with its default and description", async () => {
    const [assistant] = await client.assistants.search({ graphId: "agent" });
    const schemas = await client.assistants.getSchemas(assistant?.assistant_id ?? "");
    const context = z
      .object({ properties: z.record(z.string(), z.object({ description: z.string() }).loose()) })
      .parse(schemas.context_schema);
    expect(Object.keys(context.properties)).toEqual(Object.keys(runConfigSchema.shape));
    expect(context.properties["mode"]).toMatchObject({
      default: "default",
      enum: ["default", "paper"],
    });
    expect(context.properties["recallSimilar"]).toMatchObject({ default: 6, minimum: 0 });
    for (const schema of [schemas.input_schema, schemas.output_schema, schemas.state_schema])
      expect(schema?.properties).toHaveProperty("messages");
    expect(Object.keys(schemas.input_schema?.properties ?? {})).toEqual(["messages"]);
    expect(schemas.state_schema?.properties).toHaveProperty("recalled");
  });

  it("draws the graph, and is a graph to others", async () => {
    const remote = new RemoteGraph({ graphId: "agent", url: server.info.url });
    const drawn = await remote.getGraphAsync({ xray: true });
    expect(drawn.edges.map(({ source, target }) => `${source} > ${target}`)).toEqual(
      expect.arrayContaining([
        "load-persona > refuse-turn",
        "load-persona > retrieve-memory",
        "reason > execute-tools",
        "reason > write-memory",
      ]),
    );
    const { thread_id: thread } = await client.threads.create();
    const config = { configurable: { thread_id: thread } };
    const told: unknown = await remote.invoke(say(question), {
      ...config,
      context: { userId: ada },
    });
    const state = stateOf(told);
    expect(state.messages.at(-1)?.content).toContain("I never eat meat");
    expect(stateOf((await remote.getState(config)).values)).toEqual(state);
  });

  it("takes an assistant's settings, and a run's over them", async () => {
    const assistant = await client.assistants.create({
      graphId: "agent",
      context: { userId: ada, recallSimilar: 1, recallLatest: 0 },
    });
    const ask = (context?: Record<string, unknown>) =>
      client.runs.wait(null, assistant.assistant_id, {
        input: say("Meat, or my sister?"),
        ...(context && { context }),
      });
    expect(stateOf(await ask()).recalled).toHaveLength(1);
    expect(stateOf(await ask({ recallSimilar: 0 })).recalled).toEqual([]);
  });

  it("keeps a thread for the user of its first turn", async () => {
    const { thread_id: thread } = await client.threads.create();
    await client.runs.wait(thread, "agent", {
      input: say(question),
      // As older clients send it; the server gives it to the thread's later runs as well.
      config: { configurable: { userId: ada } },
    });
    const before = await client.threads.getState(thread);
    expect(stateOf(before.values).owner).toBe(userKey(ada));

    const theirs = /^This thread belongs to another user; [^\n]+$/;
    expect(await refusal(thread, { context: { userId: bob } })).toMatch(theirs);
    expect(await refusal(thread, {})).toMatch(theirs);
    const after = await client.threads.getState(thread);
    expect(stateOf(after.values).messages).toEqual(stateOf(before.values).messages);
    expect(JSON.stringify(after.values)).not.toContain("Let me in.");
    const again = { input: say(question), context: { userId: ada } };
    expect(stateOf(await client.runs.wait(thread, "agent", again)).degraded).toEqual([]);
  });

  it("refuses nobody's turn on a thread, and anywhere", async () => {
    const { thread_id: thread } = await client.threads.create();
    await client.runs.wait(thread, "agent", { input: say(question), context: { userId: ada } });
    expect(await refusal(thread, {})).toMatch(/^This thread belongs to another user; [^\n]+$/);
    expect(await refusal(null, {})).toMatch(/^No user id was given; [^\n]+$/);
    expect(JSON.stringify(await client.threads.getState(thread))).not.toContain("Let me in.");
  });

  it("believes the context before the configurable", async () => {
    const told = await client.runs.wait(null, "agent", {
      input: say(question),
      context: { userId: ada },
      config: { configurable: { userId: bob } },
    });
    expect(stateOf(told).owner).toBe(userKey(ada));
  });

  it.each([
    [{ userId: ada, recallSimular: 3 }, /^Unknown setting "recallSimular"; expected [^\n]+$/],
    [{ userId: ada, recallSimilar: "many" }, /^The setting recallSimilar is not valid: [^\n]+$/],
    [{ userId: "a*" }, /^The user id "a\*" holds a character that is not allowed; [^\n]+$/],
  ])("refuses %j in one line", async (context, line) => {
    expect(await refusal(null, { context })).toMatch(line);
  });

  it("takes feedback on an episode, on a thread that no stranger may use", async () => {
    const asked = { input: say("Where shall I eat?"), context: { userId: ada } };
    const { episodeId } = stateOf(await client.runs.wait(null, "agent", asked));
    const { thread_id: thread } = await client.threads.create();
    const tell = (input: Record<string, unknown>) =>
      client.runs.wait(thread, "feedback", {
        input: { episodeId, ...input },
        context: { userId: ada },
      });
    expect(await tell({ kind: "answer", text: "At home." })).toMatchObject({
      outcome: "recorded",
      alignment: { newAnswers: 1, due: false },
      degraded: [],
    });
    // The text of the run before is not taken for this one's.
    expect(await tell({ kind: "accept" })).toMatchObject({
      outcome: "replaced",
      previous: { kind: "answer", answer: "At home." },
    });
    expect(JSON.stringify(await client.threads.getState(thread))).not.toContain(ada);
    const errors: unknown[] = [];
    for await (const { event, data } of client.runs.stream(thread, "feedback", {
      input: { episodeId, kind: "reject" },
      context: { userId: bob },
    }))
      if (event === "error") errors.push(data);
    expect(JSON.stringify(errors)).toContain("This thread belongs to another user");

    const [assistant] = await client.assistants.search({ graphId: "feedback" });
    const { input_schema: form } = await client.assistants.getSchemas(
      assistant?.assistant_id ?? "",
    );
    expect(form?.properties).toMatchObject({
      kind: { enum: ["answer", "edit", "accept", "reject"], description: expect.any(String) },
      text: { type: "string", description: expect.any(String) },
    });
  });

  it("tells a second process on the folder to talk to it instead", async () => {
    await expect(openDataFolder({ folder: dataDir, command: "a test" })).rejects.toMatchObject({
      code: "memory-folder-in-use",
      message: expect.stringContaining(`--url ${server.info.url}`),
    });
  });

  it("sends traces that name each step, and no user", async () => {
    const { thread_id: thread } = await client.threads.create();
    await client.runs.wait(thread, "agent", { input: say(question), context: { userId: ada } });
    const turns = await langsmith.finished("persona-agent turn", 10);
    const turn = turns.find(({ extra }) => extra?.metadata?.["thread_id"] === thread);
    expect(turn?.tags).toContain("persona-agent");
    expect(turn?.extra?.metadata).toMatchObject({ userId: userKey(ada), mode: "default" });
    const sent = langsmith.received.join("\n");
    expect(sent).toContain("I never eat meat");
    expect(sent).not.toContain(ada);
    expect(sent).not.toContain(bob);
  });

  it.each(endsTogether(runConfigSchema))("answers with %j", async (settings) => {
    const context = { models: { agent: "openai:rounds" }, userId: bob, ...settings };
    const asked = models.requests.length;
    const run = { input: say(question), context };
    const { messages, degraded } = stateOf(await client.runs.wait(null, "agent", run));
    expect(degraded).toEqual([]);
    expect(messages.at(-1)?.content).not.toBe("");
    if (settings["toolRounds"] === 20) expect(models.requests.length - asked).toBe(21);
  });

  it.each(alignments)("aligns %s with %j", async (userId, settings) => {
    const small = { acceptance: "strict", batch: 1, holdout: 2, minimumItems: 1, minNetWins: 1 };
    const given = { ...small, iterations: 1, toolRounds: 0, models: { agent: "openai:rounds" } };
    const asked = models.requests.length;
    const context = { ...given, ...settings, userId };
    const state = await client.runs.wait(null, "alignment", { input: {}, context });
    const { iterations, degraded } = alignmentSchema.parse(state);
    expect(iterations.length).toBeGreaterThan(0);
    expect(degraded).toEqual([]);
    // Simulated answers of as many rounds, at least.
    if (settings["toolRounds"] === 20) expect(models.requests.length - asked).toBeGreaterThan(21);
  });

  it("ends with all it started at the first Ctrl-C, and gives the folder back", async () => {
    const processes = server.processes();
    // Ours, Chroma, and the server's tree of four.
    expect(processes.length).toBeGreaterThanOrEqual(6);
    expect(await server.end("SIGINT")).toBe(130);
    await expect.poll(() => stillRunning(processes), { timeout: 10_000 }).toEqual([]);
    const agent = await openPersonaAgent({}, { dataDir });
    const [latest] = await agent.memory.episodes.latest(ada, 1);
    await agent.close();
    expect(latest?.query).toBe(question);
  });
});
