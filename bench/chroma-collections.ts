/**
 * Measures over how many Chroma collections users should be spread. Run by hand, on a machine that does
 * nothing else:
 *
 *   npm run bench -- chroma-collections --rows 20000 --collections 1,8,16,32,64
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { userKey } from "../src/domain/user-id.js";
import { createChromaIndex } from "../src/memory/chroma/chroma-index.js";
import { startEmbeddedChroma } from "../src/memory/chroma/embedded-server.js";
import type { EpisodeIndex, IndexEntry } from "../src/memory/index/episode-index.js";
import { sizeOf } from "./folder-size.js";
import { report } from "./report.js";
import type { BenchRow } from "./summary.js";
import { quantile } from "./timing.js";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "20000" },
    collections: { type: "string", default: "1,8,16,32,64" },
    dimensions: { type: "string", default: "256" },
    "rows-per-user": { type: "string", default: "100" },
    queries: { type: "string", default: "200" },
  },
});
const dimensions = Number(values.dimensions);
const rowsPerUser = Number(values["rows-per-user"]);
const limit = 10;

/** Numbers in [0, 1) that are the same in every run. */
function createRandom(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Texts of people resemble each other: a vector is near one of 200 subjects, and each user has five. */
function createVectors(seed: number) {
  const random = createRandom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
  const draw = () => Array.from({ length: dimensions }, gauss);
  const subjects = Array.from({ length: 200 }, draw);
  return (user: number) => {
    const subject = subjects[(user * 7 + Math.floor(random() * 5) * 31) % subjects.length] ?? [];
    return subject.map((value) => value + 0.7 * gauss());
  };
}

function cosine(a: readonly number[], b: readonly number[]) {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, place) => sum + value * (y[place] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

async function residentMb(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
}

async function timed<Result>(run: () => Promise<Result>): Promise<[number, Result]> {
  const began = performance.now();
  const result = await run();
  return [performance.now() - began, result];
}

async function timesOf(count: number, run: (turn: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let turn = 0; turn < count; turn += 1) times.push((await timed(() => run(turn)))[0]);
  return times;
}

async function measure(rows: number, collections: number): Promise<BenchRow> {
  const userCount = Math.ceil(rows / rowsPerUser);
  const users = Array.from({ length: userCount }, (_, user) => userKey(`user ${user}`));
  const vectorFor = createVectors(1);
  const entries: IndexEntry[][] = users.map((_, user) =>
    Array.from({ length: rowsPerUser }, (__, order) => ({
      id: `${order}`.padStart(26, "0"),
      order,
      words: `the question number ${order} of user ${user}, who asks about subject ${order % 5} again`,
      vector: vectorFor(user),
    })),
  );
  const folder = await mkdtemp(join(tmpdir(), "chroma-bench-"));
  const options = { embedding: { name: "bench", dimensions }, collections, timeoutMs: 120_000 };
  try {
    let chroma = await startEmbeddedChroma({ dataFolder: folder });
    let index: EpisodeIndex = createChromaIndex({ url: chroma.url, ...options });
    const [writeMs] = await timed(async () => {
      for (const [user, key] of users.entries()) await index.upsert(key, entries[user] ?? []);
    });
    const random = createRandom(2);
    const someone = () => Math.floor(random() * userCount);
    let found = 0;
    let expected = 0;
    const ask = async () => {
      const user = someone();
      const key = users[user] ?? userKey("nobody");
      const vector = vectorFor(user);
      const [time, hits] = await timed(() => index.vectorSearch(key, vector, limit));
      const exact = (entries[user] ?? [])
        .map((entry) => ({ id: entry.id, near: cosine(entry.vector, vector) }))
        .toSorted((a, b) => b.near - a.near)
        .slice(0, limit)
        .map(({ id }) => id);
      expected += exact.length;
      found += hits.filter(({ id }) => exact.includes(id)).length;
      return time;
    };
    for (let turn = 0; turn < collections * 2 + 20; turn += 1) await ask();
    const query: number[] = [];
    for (let turn = 0; turn < Number(values.queries); turn += 1) query.push(await ask());
    const words = await timesOf(50, () =>
      index.keywordSearch(
        users[someone()] ?? userKey("nobody"),
        ["number 42 ", "subject 3"],
        limit,
      ),
    );
    const one = await timesOf(50, (turn) =>
      index.upsert(users[someone()] ?? userKey("nobody"), [
        { id: `new${turn}`, order: 1_000 + turn, words: "new", vector: vectorFor(turn) },
      ]),
    );
    const memory = await residentMb(chroma.pid);
    await chroma.close();
    const [startMs, restarted] = await timed(() => startEmbeddedChroma({ dataFolder: folder }));
    chroma = restarted;
    index = createChromaIndex({ url: chroma.url, ...options });
    const [coldMs] = await timed(() =>
      index.vectorSearch(users[0] ?? userKey("nobody"), vectorFor(0), limit),
    );
    await chroma.close();
    return {
      name: `${collections} collections`,
      at: rows,
      samples: query,
      more: {
        recall: found / expected,
        "by words, ms": quantile(words, 0.5),
        "writing one, ms": quantile(one, 0.5),
        "writing all, s": writeMs / 1_000,
        "first after a start, ms": coldMs,
        "start, ms": startMs,
        "disk, MB": (await sizeOf(folder)) / 2 ** 20,
        "memory, MB": memory,
      },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const found: BenchRow[] = [];
for (const rows of values.rows.split(",").map(Number))
  for (const collections of values.collections.split(",").map(Number)) {
    const row = await measure(rows, collections);
    found.push(row);
    console.log(`${rows} entries, ${row.name}: ${quantile(row.samples, 0.5).toFixed(1)} ms`);
  }
await report(
  "chroma-collections",
  [{ title: "The nearest of one user's entries", unit: "ms", over: "entries", rows: found }],
  `${dimensions} dimensions, ${rowsPerUser} entries a user.`,
);
