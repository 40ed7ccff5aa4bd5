import type { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import pg from "pg";
import { PersonaAgentError } from "../../system/errors.js";
import { BatchingPostgresSaver } from "./batching-saver.js";
import { BatchingPostgresStore } from "./batching-store.js";
import { unindexedPattern } from "../namespaces.js";
import { addFence } from "./fence.js";
import { migrateRecords } from "./migrate-records.js";
import { parsePostgresUrl, storeUnavailable } from "./postgres-address.js";

/** The storage of memory and threads. */
export interface PostgresStorage {
  readonly store: BatchingPostgresStore;
  readonly checkpointer: PostgresSaver;
  /** Ends every connection after its last answer. A second call does nothing. */
  close(): Promise<void>;
}

const connectWithinMs = 10_000;
const setUpAttempts = 20;

/**
 * Connects to a PostgreSQL, creates the missing tables and indexes, and migrates the records of earlier versions. Any
 * number of processes may do so at once. A connection that is lost later fails only the calls that use it; the next call
 * connects again.
 *
 * @param options.url - `postgresql://user:password@host:port/database`; errors never contain the password.
 * @param options.embedded - True for the address of `openPgliteServer`.
 * @throws {PersonaAgentError} `config-invalid` for an invalid address, `memory-record-invalid` for records of a later
 *   version, else `memory-store-unavailable`.
 */
export async function openPostgres({
  url,
  embedded = false,
}: {
  readonly url: string;
  readonly embedded?: boolean;
}): Promise<PostgresStorage> {
  const address = parsePostgresUrl(url);
  const options: pg.PoolConfig = {
    connectionString: url,
    application_name: "persona-agent",
    // It includes the wait for a free connection. The embedded engine needs no limit: it accepts or refuses at once,
    // and a query that waits there waits for the queries before it.
    connectionTimeoutMillis: embedded ? 0 : connectWithinMs,
    keepAlive: true,
    // The embedded engine answers one query at a time, so more connections would only wait. The store needs a second
    // one to search for words inside a batch.
    max: embedded ? 2 : 5,
  };
  const checkpointPool = new pg.Pool(options);
  const store = new BatchingPostgresStore(options);
  surviveLostConnections(checkpointPool);
  surviveLostConnections(store.pool);
  const checkpointer = new BatchingPostgresSaver(checkpointPool);
  let closing: Promise<void> | null = null;
  const close = () =>
    (closing ??= Promise.all([store.stop(), checkpointer.end()]).then(() => undefined));
  try {
    await setUp(store, checkpointer, checkpointPool);
    if (embedded) await checkpointPool.query(dropValueIndex);
    await migrateRecords(store.pool);
  } catch (error) {
    await close();
    throw PersonaAgentError.is(error) ? error : storeUnavailable(address, error);
  }
  return { store, checkpointer, close };
}

/** Errors of a set-up at the same time as another process's; the next attempt finds the work done. */
const raceErrors = new Set([
  "23505", // unique violation, in the catalogue or in the list of migrations done
  "42P06", // duplicate schema
  "42P07", // duplicate table or index
  "42710", // duplicate object
  "40P01", // deadlock
  "XX000", // tuple concurrently updated
]);

/** Retried, not locked: in the embedded engine all connections share a session, so a lock would not exclude them. */
async function setUp(store: PostgresStore, checkpointer: PostgresSaver, pool: pg.Pool) {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.setup();
      await checkpointer.setup();
      await addIndexes(pool);
      await addFence(pool);
      return;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!raceErrors.has(code) || attempt === setUpAttempts) throw error;
      await delay(attempt * 20);
    }
  }
}

/**
 * The store searches namespaces by `LIKE 'prefix%'`. Its own index supports that only in databases of the C locale;
 * elsewhere every search would scan the rows of all users. CREATE INDEX waits for all writers, even when the index
 * exists, so look first.
 */
async function addIndexes(pool: pg.Pool) {
  for (const [name, columns] of indexes) {
    const found = await pool.query("SELECT to_regclass($1) AS name", [`public.${name}`]);
    if (!found.rows[0]?.name)
      await pool.query(`CREATE INDEX IF NOT EXISTS ${name} ON public.store ${columns}`);
  }
}

/**
 * LangGraph's index of all that is in a store's values, for filters. Nothing here filters, and it is half of what a turn
 * adds to the store. Somebody else's database may have a use for it.
 */
const dropValueIndex = "DROP INDEX IF EXISTS public.idx_store_value_gin";

const indexes = [
  ["persona_agent_store_prefix", "(namespace_path text_pattern_ops)"],
  // What the index has yet to learn: rows that come and go, counted by `health`.
  [
    "persona_agent_store_unindexed",
    `(namespace_path) WHERE namespace_path LIKE '${unindexedPattern}'`,
  ],
] as const;

/** Without listeners, the `error` event of a lost connection ends the process. */
function surviveLostConnections(pool: EventEmitter) {
  const ignore = () => undefined;
  pool.on("error", ignore);
  pool.on("connect", (client: EventEmitter) => client.on("error", ignore));
}
