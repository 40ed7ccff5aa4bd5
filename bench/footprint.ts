/**
 * What one user's data take in PostgreSQL, kind by kind, and what turns and alignments cost in model calls and tokens:
 * real histories, turns on one thread, then alignments, all with the offline model, which counts tokens as its prompts
 * have them.
 *
 *   npm run bench -- footprint --data ../shared/data/rating-critics --users 12,31 [--turns 30]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { openPersonaAgent } from "../src/app/open-persona-agent.js";
import { addUsage, noUsage, type Usage } from "../src/domain/usage.js";
import { startPostgres } from "../test/support/servers/postgres.js";
import { report } from "./report.js";
import type { BenchRow } from "./summary.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    users: { type: "string", default: "" },
    turns: { type: "string", default: "30" },
  },
});
if (values.data === undefined)
  throw new Error("--data is missing; expected a folder in LaMP's form.");

const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-footprint-"));
const postgres = await startPostgres();
const agent = await openPersonaAgent(
  { DATABASE_URL: postgres.url, INDEX: "in-process" },
  { dataDir },
);
const database = new pg.Client(postgres.url);
await database.connect();
const spent = (name: string, runs: readonly Usage[]): BenchRow => {
  const { calls, tokens } = runs.reduce(addUsage, noUsage);
  const samples = runs.map((run) => run.tokens.in);
  return {
    name,
    samples,
    more: { calls: calls / runs.length, "tokens out": tokens.out / runs.length },
  };
};
try {
  await agent.import(values.data, { users: values.users.split(",") });
  const users = await agent.users();
  const turns: Usage[] = [];
  const alignments: Usage[] = [];
  for (const user of users) {
    const questions = (await agent.list(user, { limit: Number(values.turns) })).map(
      ({ query }) => query,
    );
    for (const [n, question] of questions.entries())
      turns.push((await agent.ask(user, `${question} (${n})`, { threadId: `of-${user}` })).usage);
    alignments.push((await agent.align(user)).usage);
  }
  const { rows } = await database.query<{ kind: string; records: string; bytes: string }>(
    `SELECT CASE WHEN namespace_path LIKE 'pa1:u:%' THEN split_part(namespace_path, ':', 4) ELSE 'others' END AS kind,
            count(*) AS records, sum(pg_column_size(store.*)) AS bytes FROM store GROUP BY 1
     UNION ALL SELECT 'thread: steps', count(*), sum(pg_column_size(checkpoints.*)) FROM checkpoints
     UNION ALL SELECT 'thread: parts', count(*), sum(pg_column_size(checkpoint_blobs.*)) FROM checkpoint_blobs
     UNION ALL SELECT 'thread: writes', count(*), sum(pg_column_size(checkpoint_writes.*)) FROM checkpoint_writes`,
  );
  const tables = await database.query<{ name: string; heap: string; total: string }>(
    `SELECT relname AS name, pg_relation_size(oid) AS heap, pg_total_relation_size(oid) AS total FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 3 DESC LIMIT 5`,
  );
  await report("footprint", [
    {
      title: "A record in PostgreSQL, by kind",
      unit: "bytes",
      rows: rows.map(({ kind, records, bytes }) => ({
        name: kind,
        samples: [Number(bytes) / Number(records)],
        more: { records: Number(records), "bytes of all": Number(bytes) },
      })),
    },
    {
      title: "What a turn and an alignment ask",
      unit: "tokens in",
      rows: [spent("a turn", turns), spent("an alignment", alignments)],
    },
    {
      title: "The largest tables, with their indexes",
      unit: "bytes",
      rows: tables.rows.map(({ name, heap, total }) => ({
        name,
        samples: [Number(total)],
        more: { "without indexes": Number(heap) },
      })),
    },
  ]);
} finally {
  await database.end();
  await agent.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
