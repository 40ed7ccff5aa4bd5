import type { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import pg from "pg";
import { PersonaAgentError } from "../../errors.js";
import { BatchingPostgresSaver } from "./batching-saver.js";
import { BatchingPostgresStore } from "./batching-store.js";
import { migrateRecords } from "./migrate-records.js";
import { parsePostgresUrl, storeUnavailable } from "./postgres-address.js";

/** Where memory and threads are kept. */
export interface PostgresStorage {
  readonly store: PostgresStore;
  readonly checkpointer: PostgresSaver;
  /** Ends every connection once its call is answered. A second call does nothing. */
  close(): Promise<void>;
}

const connectWithinMs = 10_000;
const setUpAttempts = 20;

/**
 * Connects to a PostgreSQL, makes the tables and indexes that are missing, and migrates the records of earlier
 * versions. Any number of processes may do so at once. A connection lost later fails only the calls that were using
 * it: the next call connects again.
 *
 * @param options.url - `postgresql://user:password@host:port/database`; never repeated in an error whole.
 * @param options.embedded - True for the address of `openPgliteServer`.
 * @throws {PersonaAgentError} `config-invalid` for an address that is none, `memory-record-invalid` for records of
 *   a later version, else `memory-store-unavailable`.
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
    // How long a query waits for a free connection is part of it. The embedded engine is in this process, there or
    // refusing at once: who waits there waits for the queries before his own, on a busy machine for as long as they take.
    connectionTimeoutMillis: embedded ? 0 : connectWithinMs,
    keepAlive: true,
    // The embedded engine answers one query at a time; more connections would only wait. The store needs a
    // second one while it searches for words inside a batch.
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
    await migrateRecords(store.pool);
  } catch (error) {
    await close();
    throw PersonaAgentError.is(error) ? error : storeUnavailable(address, error);
  }
  return { store, checkpointer, close };
}

/** What another process that sets up at the same time makes ours fail with; after it, ours finds the work done. */
const meanwhileDone = new Set([
  "23505", // unique violation, in the catalogue or in the list of migrations done
  "42P06", // duplicate schema
  "42P07", // duplicate table or index
  "42710", // duplicate object
  "40P01", // deadlock
  "XX000", // tuple concurrently updated
]);

/** Retried rather than locked: in the embedded engine all connections are one session, and locks exclude nobody. */
async function setUp(store: PostgresStore, checkpointer: PostgresSaver, pool: pg.Pool) {
  for (let attempt = 1; ; attempt++) {
    try {
      await store.setup();
      await checkpointer.setup();
      await addPrefixIndex(pool);
      return;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!meanwhileDone.has(code) || attempt === setUpAttempts) throw error;
      await delay(attempt * 20);
    }
  }
}

/**
 * The store looks namespaces up by `LIKE 'prefix%'`, which the index it makes serves in databases of the C
 * locale only; elsewhere every search would scan everybody's rows. Looked for first, because CREATE INDEX
 * waits for all who write, even when there is nothing to create.
 */
async function addPrefixIndex(pool: pg.Pool) {
  const found = await pool.query("SELECT to_regclass('public.persona_agent_store_prefix') AS name");
  if (found.rows[0]?.name) return;
  await pool.query(
    "CREATE INDEX IF NOT EXISTS persona_agent_store_prefix ON public.store (namespace_path text_pattern_ops)",
  );
}

/** A pool and a client without listeners throw the news of a lost connection at the whole process. */
function surviveLostConnections(pool: EventEmitter) {
  const heard = () => undefined;
  pool.on("error", heard);
  pool.on("connect", (client: EventEmitter) => client.on("error", heard));
}
