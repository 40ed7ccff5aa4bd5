/**
 * What everybody's data cost one user: bytes on disk an episode, the time of a search, of a write and of opening the
 * folder again, at growing numbers of episodes of 20 a user, with the embedded services and no model.
 *
 *   npx tsx bench/growth.ts [--episodes 10000,100000,1000000] [--folder F]
 *
 * A million takes the better part of an hour on two quiet cores. Prints one line of JSON a size, then a table. With
 * `--folder` the data stay there, and a later run imports only what is missing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPersonaAgent } from "../src/app/open-persona-agent.js";
import { createRandom } from "../src/system/seeded-random.js";
import { sizeOf } from "./folder-size.js";
import { quantile, timed } from "./timing.js";

const { values } = parseArgs({
  options: {
    episodes: { type: "string", default: "10000,100000,1000000" },
    folder: { type: "string" },
  },
});
const eachUser = 20;
const tried = 200;
const random = createRandom(1);
const words =
  "train flat bike coat lamp novel wine desk river mountain garden kitchen window morning evening coffee bread music film letter winter summer doctor market bridge station island museum painting theatre football guitar piano recipe vinegar pepper salmon".split(
    " ",
  );
const text = (length: number) =>
  Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(" ");
/** One line of some 100 characters and a short true answer, as people write. */
const itemOf = (user: number, n: number) => ({
  user: `user-${user}`,
  query: `Which ${text(14)}, number ${n}?`,
  answer: text(3),
  at: new Date(Date.UTC(2026, 0, 1, n)).toISOString(),
});

const dataDir = values.folder ?? (await mkdtemp(join(tmpdir(), "persona-agent-growth-")));
let users = 0;
const rows: Record<string, Record<string, number>> = {};
try {
  for (const size of values.episodes.split(",").map(Number)) {
    let agent = await openPersonaAgent({}, { dataDir });
    users = Math.max(users, (await agent.users()).length);
    const before = users * eachUser;
    const importing = await timed(async () => {
      while (users * eachUser < size) {
        const part = Math.min(500, size / eachUser - users);
        const first = users;
        const items = Array.from({ length: part * eachUser }, (_, n) =>
          itemOf(first + Math.floor(n / eachUser), n % eachUser),
        );
        await agent.import(items, { profiles: false });
        users += part;
      }
    });
    await agent.close();
    const opening = await timed(async () => {
      agent = await openPersonaAgent({}, { dataDir });
      await agent.search("user-0", text(5));
    });
    const [searches, writes]: [number[], number[]] = [[], []];
    for (let n = 0; n < tried; n += 1) {
      const user = `user-${Math.floor(random() * users)}`;
      searches.push(await timed(() => agent.search(user, text(6))));
      const { query } = itemOf(0, n);
      writes.push(await timed(() => agent.remember(user, { query, answer: "yes" })));
    }
    await agent.close();
    const row = {
      "episodes/s of the import": (size - before) / (importing / 1_000),
      "bytes an episode": (await sizeOf(dataDir)) / size,
      "PostgreSQL's": (await sizeOf(join(dataDir, "pglite"))) / size,
      "search p50, ms": quantile(searches, 0.5),
      "search p95, ms": quantile(searches, 0.95),
      "write p50, ms": quantile(writes, 0.5),
      "write p95, ms": quantile(writes, 0.95),
      "opening and a search, s": opening / 1_000,
    };
    console.log(JSON.stringify({ size, ...row }));
    rows[size] = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, Number(value.toPrecision(3))]),
    );
  }
  console.table(rows);
} finally {
  if (values.folder === undefined) await rm(dataDir, { recursive: true, force: true });
}
