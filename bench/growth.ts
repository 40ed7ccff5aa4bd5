/**
 * What everybody's data cost one user: bytes on disk an episode, the time of a search, of a write and of opening the
 * folder again, at growing numbers of episodes of 20 a user, with the embedded services and no model. A process's first
 * request in each of Chroma's collections loads it, so the first searches and writes are shown apart from the later ones.
 *
 *   npm run bench -- growth [--episodes 10000,100000,1000000] [--folder F]
 *
 * A million takes the better part of an hour on two quiet cores. Tells of each size when it is done. With `--folder` the
 * data stay there, and a later run imports only what is missing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPersonaAgent } from "../src/app/open-persona-agent.js";
import { createRandom } from "../src/system/seeded-random.js";
import { sizeOf } from "./folder-size.js";
import { randomText } from "./random-text.js";
import { report } from "./report.js";
import type { BenchRow } from "./summary.js";
import { quantile, timed } from "./timing.js";

const { values } = parseArgs({
  options: {
    episodes: { type: "string", default: "10000,100000,1000000" },
    folder: { type: "string" },
  },
});
const eachUser = 20;
const tried = 200;
/** Enough to meet each of sixteen collections, as good as always. */
const first = 100;
const random = createRandom(1);
const text = (length: number) => randomText(length, random);
/** One line of some 100 characters and a short true answer, as people write. */
const itemOf = (user: number, n: number) => ({
  user: `user-${user}`,
  query: `Which ${text(14)}, number ${n}?`,
  answer: text(3),
  at: new Date(Date.UTC(2026, 0, 1, n)).toISOString(),
});

/** What is remembered here would start alignments of as many users, beside which nothing can be measured. */
const options = { backgroundAlignment: false, backgroundReflection: false };
const dataDir = values.folder ?? (await mkdtemp(join(tmpdir(), "persona-agent-growth-")));
let users = 0;
const times: BenchRow[] = [];
const firstTimes: BenchRow[] = [];
const bytes: BenchRow[] = [];
const openings: BenchRow[] = [];
const imports: BenchRow[] = [];
try {
  for (const size of values.episodes.split(",").map(Number)) {
    let agent = await openPersonaAgent({}, { ...options, dataDir });
    users = Math.max(users, (await agent.users()).length);
    const before = users * eachUser;
    const importing = await timed(async () => {
      while (users * eachUser < size) {
        const part = Math.min(500, size / eachUser - users);
        const begin = users;
        const items = Array.from({ length: part * eachUser }, (_, n) =>
          itemOf(begin + Math.floor(n / eachUser), n % eachUser),
        );
        await agent.import(items, { profiles: false });
        users += part;
      }
    });
    await agent.close();
    const opening = await timed(async () => {
      agent = await openPersonaAgent({}, { ...options, dataDir });
      await agent.search("user-0", text(5));
    });
    const [searches, writes]: [number[], number[]] = [[], []];
    for (let n = 0; n < first + tried; n += 1) {
      const user = `user-${Math.floor(random() * users)}`;
      searches.push(await timed(() => agent.search(user, text(6))));
      const { query } = itemOf(0, n);
      writes.push(await timed(() => agent.remember(user, { query, answer: "yes" })));
    }
    const [firstSearches, firstWrites] = [searches.splice(0, first), writes.splice(0, first)];
    await agent.close();
    const at = size;
    const bytesOf = async (folder: string) => [(await sizeOf(folder)) / size];
    times.push({ name: "search", at, samples: searches }, { name: "write", at, samples: writes });
    firstTimes.push(
      { name: "search", at, samples: firstSearches },
      { name: "write", at, samples: firstWrites },
    );
    bytes.push(
      { name: "all", at, samples: await bytesOf(dataDir) },
      { name: "PostgreSQL's", at, samples: await bytesOf(join(dataDir, "pglite")) },
    );
    openings.push({ name: "opening", at, samples: [opening / 1_000] });
    if (size > before)
      imports.push({ name: "import", at, samples: [(size - before) / (importing / 1_000)] });
    console.log(
      `${size}: search ${quantile(searches, 0.5).toFixed(1)} ms, write ${quantile(writes, 0.5).toFixed(1)} ms`,
    );
  }
  const over = "interactions";
  await report(
    "growth",
    [
      { title: "A search and a write", unit: "ms", over, rows: times },
      { title: "The same, of a process's first", unit: "ms", over, rows: firstTimes },
      { title: "An interaction on the disk", unit: "bytes", over, rows: bytes },
      { title: "Opening the folder again, and a search", unit: "s", over, rows: openings },
      { title: "Import", unit: "interactions/s", over, rows: imports },
    ],
    `${eachUser} interactions a user; ${tried} searches and writes at each size, after ${first} of a process that has just opened the folder.`,
  );
} finally {
  if (values.folder === undefined) await rm(dataDir, { recursive: true, force: true });
}
