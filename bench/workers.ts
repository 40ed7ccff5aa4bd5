/**
 * Two processes serve many users and do their alignments, on one PostgreSQL and one Chroma, while they are killed one
 * after the other and PostgreSQL restarts: what was lost, done twice, or seen by somebody else.
 *
 *   npx tsx bench/workers.ts [users] [turns] [turns between kills]
 *
 * 200 users, 5,000 turns and a kill every 14 turns unless given: half an hour on two quiet cores.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChromaServer } from "../src/memory/chroma/embedded-server.js";
import { serveThroughStorm } from "../test/support/processes/serving-storm.js";
import { compile } from "../test/support/setup/compile.js";
import { compiled } from "../test/support/setup/compiled.js";
import { startPostgres } from "../test/support/servers/postgres.js";

compile();
const [users = 200, turns = 5_000, turnsBetweenKills = 14] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "persona-agent-workers-"));
const postgres = await startPostgres();
const chroma = await startChromaServer({ path: folder });
try {
  const start = performance.now();
  const findings = await serveThroughStorm({
    databaseUrl: postgres.url,
    chromaUrl: chroma.url,
    child: [process.execPath, compiled("test/support/processes/serving-child.ts")],
    users,
    turns,
    turnsBetweenKills,
    restartDatabase: () => postgres.restart(),
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  console.table(findings);
  console.log(`${Math.round((performance.now() - start) / 1_000)} s`);
} finally {
  await chroma.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
