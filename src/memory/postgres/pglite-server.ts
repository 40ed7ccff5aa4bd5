import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { PersonaAgentError } from "../../system/errors.js";
import { pgliteSession } from "./pglite-session.js";
import { pgliteUpkeep, type UpkeepLimits } from "./pglite-upkeep.js";

/** A PostgreSQL in this process, which other processes on this machine can reach too. */
export interface PgliteServer {
  /** For `openPostgres`, with `embedded: true`. No password: every user of this machine can connect. */
  readonly url: string;
  /** Ends every connection, then the engine. A second call does nothing. */
  close(): Promise<void>;
}

/** The version of the PGlite that this package depends on; a test compares it with PGlite's own. */
const postgresMajor = "18";
const maxConnections = 1_000;
/** Longer than a pool keeps an idle connection; until then a frozen client's open transaction blocks all others. */
const idleTimeoutMs = 60_000;

/**
 * Opens the PostgreSQL (PGlite) in `<folder>/pglite`, creates it when there is none, and serves it on a free port of
 * 127.0.0.1. Every acknowledged row survives `kill -9`. Reserve the folder with `openDataFolder` first: nothing here
 * notices a second process on the same files.
 *
 * @throws {PersonaAgentError} `memory-store-unavailable` when the database is damaged or of another version.
 */
export async function openPgliteServer({
  folder,
}: {
  readonly folder: string;
}): Promise<PgliteServer> {
  return serve(await openDatabase(folder));
}

/** Serves an open database until `close`, which closes the database too. For `openPgliteServer` and its tests. */
export async function serve(
  database: PGlite,
  limits?: Partial<UpkeepLimits>,
): Promise<PgliteServer> {
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const url = () => `postgresql://postgres@${server.getServerConn()}/postgres`;
  const upkeep = pgliteUpkeep(url, limits);
  const server = new PGLiteSocketServer({
    // With a failed engine every query would wait forever; without a server they fail at once.
    db: pgliteSession(database, { onFailure: () => void server.stop(), onMessage: upkeep.sent }),
    host: "127.0.0.1",
    port: 0,
    maxConnections,
    idleTimeout: idleTimeoutMs,
  });
  await server.start();
  let closing: Promise<void> | null = null;
  async function close() {
    upkeep.stop();
    await server.stop();
    await upkeep.settled;
    if (!database.closed) await database.close();
  }
  return { url: url(), close: () => (closing ??= close()) };
}

/**
 * What a turn sends reads rows by an index. Plans are kept while tables grow, and nobody analyzes these: one that
 * was made for a small table would read all of a large one. Files of the log that are no longer needed are removed, not
 * kept for later. The system keeps what was read of the files anyway; PostgreSQL's own 128 MB would stay with the process.
 */
const settings = [
  "enable_seqscan=off",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
  "wal_recycle=off",
  "shared_buffers=16MB",
];

async function openDatabase(folder: string): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite");
  const dataDir = join(folder, "pglite");
  // Creating a database takes seconds. A process that ends before that leaves one that never opens.
  const unfinished = join(folder, "pglite-unfinished");
  if (existsSync(unfinished)) await rm(dataDir, { recursive: true, force: true });
  const isNew = !existsSync(dataDir);
  if (isNew) await writeFile(unfinished, "");
  else await checkVersion(dataDir);
  try {
    const database = await PGlite.create({
      dataDir,
      startParams: [...PGlite.defaultStartParams, ...settings.flatMap((each) => ["-c", each])],
    });
    if (isNew) await rm(unfinished);
    return database;
  } catch (error) {
    throw unavailable(dataDir, "is damaged", error);
  }
}

/** PGlite replaces a database without a version file by an empty one, and does not explain another version's failure. */
async function checkVersion(dataDir: string): Promise<void> {
  const file = join(dataDir, "PG_VERSION");
  const found = existsSync(file) ? (await readFile(file, "utf8")).trim() : "";
  if (found === postgresMajor) return;
  if (!/^\d+(\.\d+)?$/.test(found)) throw unavailable(dataDir, "is damaged");
  throw unavailable(dataDir, `was made by PostgreSQL ${found}`);
}

function unavailable(dataDir: string, what: string, cause?: unknown) {
  return new PersonaAgentError(
    "memory-store-unavailable",
    `The database in ${dataDir} ${what}; expected one that PostgreSQL ${postgresMajor} can open. Restore the data folder from a copy, name another with --data-dir, or set DATABASE_URL to a PostgreSQL server.`,
    { details: { dataDir }, cause },
  );
}
