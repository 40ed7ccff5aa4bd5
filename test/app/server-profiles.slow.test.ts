import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { HumanMessage } from "@langchain/core/messages";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { importHistories } from "../../src/app/import-histories.js";
import { runCli } from "../../src/cli/run-cli.js";
import { generateSet } from "../../src/eval/sets/generator.js";
import { writeGeneratedSet } from "../../src/eval/sets/write-set.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { loadEmbeddings } from "../../src/model/load-embeddings.js";
import {
  type AlignmentServer,
  drink,
  goodLine,
  startAlignmentServer,
} from "../support/servers/alignment-server.js";
import { serverProfiles } from "../../src/fake-model/server-profiles.js";
import { type ServerQuirks, thoughts } from "../../src/fake-model/server-quirks.js";

const profiles: [string, ServerQuirks][] = Object.entries(serverProfiles);
const small = { batch: 3, holdout: 8, iterations: 1 } as const;
const longText = "I drink and drink. ".repeat(250);

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-profiles-"));
  path = join(folder, "histories.jsonl");
  const lines = Array.from({ length: 11 }, (_, n) => {
    const { query, at } = drink(n);
    return { user: "ada", query: n === 5 ? `${query} ${longText}` : query, answer: "tea", at };
  });
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n"));
});
afterAll(() => rm(folder, { recursive: true }));

let server: AlignmentServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function agentOn(quirks: ServerQuirks) {
  const { url } = (server = await startAlignmentServer(undefined, quirks));
  const connection = { openaiBaseUrl: url, backoffMs: 0 };
  const hasEmbeddings = !(quirks.lacks?.includes("embeddings") ?? false);
  const vectors = loadEmbeddings(hasEmbeddings ? "openai:embedder" : "offline", connection);
  const index = createInProcessIndex({
    name: vectors.name,
    dimensions: await vectors.dimensions(),
  });
  return createPersonaAgent({
    model: loadChatModel("openai:a-thinking-model", connection),
    embeddings: vectors.embeddings,
    index,
    checkpointer: new MemorySaver(),
    backgroundAlignment: false,
  });
}

it("are the rows of docs/model-servers.md, each with what it lacks", async () => {
  const page = await readFile("docs/model-servers.md", "utf8");
  const rows = (page.split("## What is done")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const [columns = [], , ...servers] = rows;
  expect(servers.map(([, name]) => name)).toEqual(profiles.map(([name]) => name));
  for (const [at, [name, { lacks = [], thinks }]] of profiles.entries()) {
    const cell = (column: string) => servers[at]?.[columns.indexOf(column)] ?? "";
    expect([name, cell("tools").startsWith("none")]).toEqual([name, lacks.includes("tools")]);
    expect([name, cell("embeddings").startsWith("none")]).toEqual([
      name,
      lacks.includes("embeddings"),
    ]);
    const isInPrompt = cell("structured output") === "in the prompt";
    expect([name, isInPrompt]).toEqual([name, lacks.includes("structured output")]);
    expect([name, cell("reasoning").startsWith("dropped")]).toEqual([name, thinks !== undefined]);
  }
});

it("keeps no thought that a stream showed before its end was known", async () => {
  const unusual = "Leaves or beans? Leaves, as ever.";
  server = await startAlignmentServer(() => ({
    kind: "message",
    text: `${unusual}\n</think>\n\ntea`,
  }));
  const model = loadChatModel("openai:tiny", { openaiBaseUrl: server.url });
  const checkpointer = new MemorySaver();
  const agent = createPersonaAgent({ model, checkpointer, backgroundAlignment: false });
  const input = { messages: [new HumanMessage("What do I drink on occasion 30?")] };
  const thread = { configurable: { thread_id: "t" } };
  const run = { context: { userId: "ada", allowedTools: [] }, ...thread };
  const pieces: string[] = [];
  for await (const [piece] of await agent.graph.stream(input, { ...run, streamMode: "messages" }))
    pieces.push(piece.text);
  expect(pieces.join("")).toContain(unusual);
  const state = await agent.graph.getState(thread);
  const [episode] = await agent.memory.episodes.list("ada");
  expect(episode?.response).toBe("tea");
  expect(JSON.stringify([state.values, episode])).not.toContain(unusual.slice(0, 15));
});

describe.each(profiles)("on a server like %s", (_name, quirks) => {
  const hasTools = !(quirks.lacks?.includes("tools") ?? false);
  const settings = hasTools ? {} : { allowedTools: [] };

  it("the whole loop runs, and no thought is stored", async () => {
    const agent = await agentOn(quirks);
    const imported = await importHistories(path, (work) => work(agent), {
      profiles: true,
      signal: new AbortController().signal,
      progress: () => {},
    });
    expect(imported).toMatchObject({ episodes: 11, skipped: [], degraded: [] });
    expect(imported.usage.tokens.out).toBeGreaterThan(0);

    const ask = async (message: string) => agent.ask("ada", message, { threadId: "t", settings });
    const first = await ask("What do I drink on occasion 30?");
    expect(first).toMatchObject({ answer: "tea", degraded: [] });
    expect(first.tools.map(({ name, ok }) => [name, ok])).toEqual(
      hasTools ? [["recall_memory", true]] : [],
    );
    expect(await ask("What do I drink on occasion 31?")).toMatchObject({ answer: "coffee" });

    // As the console and the SDK do it: pieces of the answer as they come.
    const pieces: string[] = [];
    const input = { messages: [new HumanMessage("What do I drink on occasion 32?")] };
    const run = { context: { userId: "ada", ...settings }, configurable: { thread_id: "t" } };
    for await (const [piece] of await agent.graph.stream(input, { ...run, streamMode: "messages" }))
      if (piece.type === "ai") pieces.push(piece.text);
    expect(pieces.join("")).toBe("tea");

    const learned = await agent.align("ada", { settings: { ...small, ...settings } });
    expect(learned.degraded).toEqual([]);
    expect(learned.head.lines.map(({ text }) => text)).toEqual([goodLine]);
    const paper = await agent.align("ada", { settings: { ...small, ...settings, mode: "paper" } });
    expect(paper).toMatchObject({ degraded: [], head: { paperText: goodLine } });

    const given = await agent.feedback("ada", {
      episodeId: first.episodeId ?? "",
      kind: "answer",
      text: "tea",
    });
    expect(given).toBeDefined();

    const { memory } = agent;
    const stored = JSON.stringify([
      await memory.episodes.list("ada"),
      await memory.personas.history("ada"),
      await memory.profiles.current("ada"),
    ]);
    expect(stored).not.toContain(thoughts.slice(0, 15));
    // Every turn is there, with what the model answered and nothing else.
    const turns = (await memory.episodes.list("ada")).filter(({ threadId }) => threadId === "t");
    expect(
      turns.map(({ response }) => response ?? "").toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(["coffee", "tea", "tea"]);
    // Each quirk is met once, not with every call.
    expect(server?.refusals.length).toBeLessThanOrEqual(12);
    await agent.close();
  });

  it("an evaluation counts every answer, and no thought", async () => {
    const data = join(folder, "set");
    if (!existsSync(data)) {
      const sizes = { users: 2, historyLength: 10, questions: 1 };
      await writeGeneratedSet(generateSet({ task: "LaMP_3", seed: 1, noise: 0, ...sizes }), data);
    }
    server = await startAlignmentServer(
      ({ kind, hasTools: offers, hasToolAnswers }, usual) =>
        kind === "simulation" && (!offers || hasToolAnswers)
          ? { kind: "message", text: "4" }
          : usual(),
      quirks,
    );
    const out = await mkdtemp(join(folder, "out-"));
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const methods = `rag,${hasTools ? "persona-agent" : "without-action"}`;
    const code = await runCli(
      ["eval", "--data", data, "--out", out, "--methods", methods, "--json"],
      {
        env: {
          MODEL: "openai:a-thinking-model",
          OPENAI_BASE_URL: server.url,
          EMBEDDINGS: quirks.lacks?.includes("embeddings") === true ? "offline" : "openai:embedder",
        },
        stdin: Readable.from([]),
        stdout,
        stderr,
        signal: new AbortController().signal,
        openAgent: () => Promise.reject(new Error("An evaluation opens no agent.")),
      },
    );
    stdout.end();
    stderr.end();
    expect({ code, err: await text(stderr) }).toEqual({ code: 0, err: "" });
    const { results } = JSON.parse(await text(stdout)) as { results: unknown[] };
    expect(results).toMatchObject([
      { n: 2, errors: 0 },
      { n: 2, errors: 0 },
    ]);
    const files = await Promise.all(
      ["predictions.jsonl", "preparations.jsonl"].map((name) => readFile(join(out, name), "utf8")),
    );
    const predictions = files[0]
      ?.trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(predictions).toHaveLength(4);
    for (const each of predictions ?? [])
      expect(each).toMatchObject({ prediction: "4", error: null });
    expect(files.join("")).not.toContain(thoughts.slice(0, 15));
  });
});
