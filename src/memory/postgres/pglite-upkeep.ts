import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** What looks after the files of an embedded database while it is served. */
export interface PgliteUpkeep {
  /** Tells of bytes that were sent to the engine. */
  sent(bytes: number): void;
  /** No further statement is sent. One that waits for the engine fails when the server ends its connection. */
  stop(): void;
  /** Resolves when nothing of it is under way. */
  readonly settled: Promise<void>;
}

export interface UpkeepLimits {
  /** So many bytes to the engine are between two looks at the files. */
  readonly lookAfter: number;
  /** How long the engine has had nothing to do when somebody else's turn comes, in milliseconds. */
  readonly quietMs: number;
  /** As long as this it is waited for; then the files are looked after all the same. */
  readonly longestWaitMs: number;
}

/** A turn sends some 15 kB: every seventy turns. */
const usual: UpkeepLimits = { lookAfter: 1_000_000, quietMs: 200, longestWaitMs: 10_000 };

/**
 * What a PostgreSQL server's background processes do, and PGlite has none of: vacuum tables of which much was replaced or
 * deleted, and end the log of changes, which otherwise grows until the process ends. Only when the engine has been quiet
 * for a moment, a statement at a time; but not never, when it is not. Its statements come through a connection like any
 * other, so they wait for transactions that are under way.
 *
 * @param url - Of the served database.
 */
export function pgliteUpkeep(url: () => string, limits: Partial<UpkeepLimits> = {}): PgliteUpkeep {
  const { lookAfter, quietMs, longestWaitMs } = { ...usual, ...limits };
  let sentSince = 0;
  let lastAt = 0;
  let working: Promise<void> | null = null;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function quiet(): Promise<void> {
    const until = performance.now() + longestWaitMs;
    while (performance.now() - lastAt < quietMs && performance.now() < until)
      await delay(quietMs, undefined, { ref: false, signal });
    signal.throwIfAborted();
  }

  async function work(): Promise<void> {
    await quiet();
    sentSince = 0;
    const client = new pg.Client(url());
    // Without a listener, the loss of the connection ends the process.
    client.on("error", () => undefined);
    await client.connect();
    try {
      for (const statements of await due(client)) {
        await quiet();
        for (const statement of statements) await client.query(statement);
      }
    } finally {
      await client.end();
    }
  }

  return {
    sent(bytes) {
      lastAt = performance.now();
      sentSince += bytes;
      if (sentSince < lookAfter || working !== null || signal.aborted) return;
      // Nobody waits for it, and what failed is due the next time.
      working = work()
        .catch(() => undefined)
        .finally(() => (working = null));
    },
    stop: () => stopping.abort(),
    get settled() {
      return working ?? Promise.resolve();
    },
  };
}

/** What is due, as lists of statements of which each is one thing to do. */
async function due(client: pg.Client): Promise<string[][]> {
  const tables = await client.query<{ name: string }>(bloatedTables);
  const log = await client.query<{ is_long: boolean }>(logLength);
  return [
    ...tables.rows.map(({ name }) => [`VACUUM (SKIP_LOCKED) ${name}`]),
    ...(log.rows[0]?.is_long ? [["SELECT pg_switch_wal()", "CHECKPOINT"]] : []),
  ];
}

/**
 * As PostgreSQL's own autovacuum decides, also of the tables with the long values of others: where no index has what was
 * replaced, dead rows are cleared away as rows are read, but not their long values. Nothing is analyzed: samples would
 * keep what was deleted.
 */
const bloatedTables = `
  SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_all_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    AND n_dead_tup > 50 + 0.2 * n_live_tup ORDER BY n_dead_tup`;

/**
 * The log is in files of 16 MB. When the current one is three quarters full, the next one begins and a checkpoint removes
 * the others, so that there is one file nearly all of the time.
 */
const logLength = `
  SELECT (SELECT count(*) FROM pg_ls_waldir()) > 1
    OR (pg_walfile_name_offset(pg_current_wal_insert_lsn())).file_offset
      > 0.75 * pg_size_bytes(current_setting('wal_segment_size')) AS is_long`;
