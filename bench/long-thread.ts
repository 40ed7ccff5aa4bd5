/**
 * What a turn costs as its thread grows: time, SQL statements, Chroma requests and bytes on disk, in memory, with the
 * embedded services and on LangGraph's dev server, with a model that answers at once:
 *
 *   npm run bench -- long-thread [--turns 5,50,100,300,500] [--only memory|embedded|server] [--ratio 1.3]
 *
 * A time is the median of the turn and the four after it; CPU is the processor time of this process, which other work on
 * the machine disturbs less. Beside it, in the same run: a turn of a bare LangGraph graph that searches, asks and puts,
 * and turns without a thread. Fails when the last turn takes more than `--ratio` times the
 * first, if it is given.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SimpleChatModel } from "@langchain/core/language_models/chat_models";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { Client } from "@langchain/langgraph-sdk";
import pg from "pg";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import { openPersonaAgent } from "../src/app/open-persona-agent.js";
import type { PersonaAgent } from "../src/app/persona-agent.js";
import { OfflineEmbeddings } from "../src/model/offline/offline-embeddings.js";
import { sizeOf } from "./folder-size.js";
import { report } from "./report.js";
import { createBareGraph } from "./side-by-side/bare-graph.mjs";
import { bareInMemory } from "./side-by-side/contestants.js";
import { startInstantDevServer } from "./side-by-side/instant-dev-server.js";
import type { BenchRow } from "./summary.js";
import { quantile, timed } from "./timing.js";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "5,50,100,300,500" },
    only: { type: "string", default: "" },
    ratio: { type: "string", default: "" },
  },
});
const isWanted = (kind: "memory" | "embedded" | "server") =>
  values.only === "" || values.only === kind;
const measured = values.turns.split(",").map(Number);
const window = 5;

class InstantModel extends SimpleChatModel {
  override _llmType() {
    return "instant";
  }
  override async _call() {
    return "Take the second one, it is quieter.";
  }
  override bindTools() {
    return this;
  }
}

const counts = { sql: 0, chroma: 0 };
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function counted(this: pg.Client, ...args: never[]) {
  counts.sql += 1;
  return (query as (...each: never[]) => unknown).apply(this, args);
} as typeof query;
const { fetch } = globalThis;
globalThis.fetch = (...args) => {
  counts.chroma += 1;
  return fetch(...args);
};

const median = (numbers: readonly number[]) => quantile(numbers, 0.5);

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function timesOf(turn: (place: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let place = 0; place < 30; place += 1) times.push(await timed(() => turn(place)));
  return times;
}

const subjects = ["train", "flat", "bike", "coat", "lamp", "novel", "wine", "desk"];
const asked = (turn: number) =>
  `Which ${subjects[turn % subjects.length]} shall I take for number ${turn}?`;

const rows: BenchRow[] = [];
const others: BenchRow[] = [];
let worst = 0;

type Ask = (user: string, turn: number, threadId?: string) => Promise<unknown>;

async function measureThread(name: string, ask: Ask, folder: string | null, isHere = true) {
  // What is compiled at first use is not a turn's cost.
  for (let turn = 0; turn < 20; turn += 1) await ask("warm", turn, `warm ${turn % 3}`);
  let before = { turn: 0, size: folder === null ? 0 : await sizeOf(folder) };
  let first: number | undefined;
  let turn = 0;
  for (const target of measured) {
    for (; turn < target - 1; turn += 1) await ask("ada", turn, "long");
    const [times, cpus, sql, chroma]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let place = 0; place < window; place += 1, turn += 1) {
      Object.assign(counts, { sql: 0, chroma: 0 });
      const cpuBefore = cpuMs();
      times.push(await timed(() => ask("ada", turn, "long")));
      cpus.push(cpuMs() - cpuBefore);
      sql.push(counts.sql);
      chroma.push(counts.chroma);
    }
    const size = folder === null ? 0 : await sizeOf(folder);
    first ??= median(times);
    worst = Math.max(worst, median(times) / first);
    rows.push({
      name,
      at: target,
      samples: times,
      more: {
        ...(isHere && { "CPU, ms": median(cpus) }),
        ...(folder !== null && {
          "SQL statements": median(sql),
          "Chroma requests": median(chroma),
          "kB on disk a turn": (size - before.size) / 1024 / (turn - before.turn),
        }),
      },
    });
    before = { turn, size };
  }
}

async function measure(name: string, agent: PersonaAgent, folder: string | null) {
  const ask: Ask = (user, turn, threadId) => agent.ask(user, asked(turn), { threadId });
  await measureThread(name, ask, folder);
  const without = {
    "no thread": await timesOf((place) => ask("bob", place)),
    "no thread, a new user": await timesOf((place) => ask(`user ${place}`, place)),
    "a new thread": await timesOf((place) => ask("bob", place, `new ${place}`)),
  };
  for (const [what, samples] of Object.entries(without))
    others.push({ name: `${name}, ${what}`, samples });
}

const options = {
  model: new InstantModel({}),
  backgroundAlignment: false,
  backgroundReflection: false,
} as const;
if (isWanted("memory")) {
  const embeddings = new OfflineEmbeddings();
  // Its type asks for the base class; it calls the two methods of the interface.
  const index = { dims: embeddings.dimensions, embeddings: embeddings as never };
  const bare = createBareGraph(options.model, new InMemoryStore({ index }));
  await timesOf((place) => bare("ada", asked(place)));
  others.push({
    name: bareInMemory,
    samples: await timesOf((place) => bare("ada", asked(place))),
  });
  await measure(
    "in memory",
    createPersonaAgent({ ...options, checkpointer: new MemorySaver() }),
    null,
  );
}
if (isWanted("embedded")) {
  const folder = await mkdtemp(join(tmpdir(), "persona-long-thread-"));
  const agent = await openPersonaAgent({}, { ...options, dataDir: folder, command: "bench" });
  try {
    await measure("embedded", agent, folder);
  } finally {
    await agent.close();
    await rm(folder, { recursive: true });
  }
}
if (isWanted("server")) {
  const server = await startInstantDevServer();
  const client = new Client({ apiUrl: server.url, callerOptions: { maxRetries: 0 } });
  const threads = new Map<string, string>();
  const ask: Ask = async (user, turn, name = "") => {
    const thread = threads.get(name) ?? (await client.threads.create()).thread_id;
    threads.set(name, thread);
    const chunks = client.runs.stream(thread, "agent", {
      input: { messages: [{ role: "human", content: asked(turn) }] },
      context: { userId: user },
      streamMode: ["messages-tuple"],
    });
    for await (const { event, data } of chunks)
      if (event === "error") throw new Error(JSON.stringify(data));
  };
  try {
    await measureThread("on the dev server", ask, null, false);
  } finally {
    await server.end();
  }
}
const references = [bareInMemory];
await report(
  "long-thread",
  [
    { title: "A turn of one thread", unit: "ms", over: "turn", rows },
    { title: "A turn without a thread, or on a new one", unit: "ms", references, rows: others },
  ],
  `Of a thread, medians of ${window} turns in a row.`,
);
if (values.ratio !== "" && worst > Number(values.ratio)) {
  console.error(`A turn took ${worst.toFixed(2)} times the first that was measured.`);
  process.exitCode = 1;
}
