import { createHash } from "node:crypto";
import pg from "pg";

/** What only one process at a time may have. All methods reject while the database is away. */
export interface Claims {
  /** @returns False where this or another process has it. */
  take(claim: string): Promise<boolean>;
  release(claim: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Claims of this process: advisory locks of one session, which PostgreSQL frees when the process ends, however it ends.
 * A session that was lost is opened again, with the claims that it had.
 */
export function createClaims(url: string): Claims {
  const held = new Set<string>();
  let session: Promise<pg.Client> | null = null;
  let live: pg.Client | null = null;
  let isClosed = false;

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: url,
      application_name: "persona-agent claims",
      keepAlive: true,
    });
    live = client;
    const lost = () => {
      // An earlier session tells its end late.
      if (live !== client) return;
      live = null;
      session = null;
      // At once, or another process would take jobs that this one is at work on for those of a dead one.
      if (held.size > 0 && !isClosed) void use(() => Promise.resolve()).catch(() => undefined);
    };
    client.on("error", lost);
    client.on("end", lost);
    await client.connect();
    for (const claim of held) await lock(client, claim);
    return client;
  }

  async function use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const used = (session ??= open());
    try {
      return await work(await used);
    } catch (error) {
      if (session === used) session = null;
      throw error;
    }
  }
  const unlock = (claim: string) =>
    use((client) => client.query("SELECT pg_advisory_unlock($1)", [keyOf(claim)]));

  return {
    async take(claim) {
      // Only once there is a session: a new one takes all that is held, and PostgreSQL counts how often.
      return use(async (client) => {
        if (held.has(claim)) return false;
        held.add(claim);
        try {
          if (await lock(client, claim)) return true;
        } catch (error) {
          held.delete(claim);
          // The session that came after a lost one may have it.
          void unlock(claim).catch(() => undefined);
          throw error;
        }
        held.delete(claim);
        return false;
      });
    },
    async release(claim) {
      held.delete(claim);
      await unlock(claim);
    },
    async close() {
      isClosed = true;
      const open = await session?.catch(() => null);
      await open?.end();
    },
  };
}

/** Processes that set up the queue at once would be each other's deadlock: pg-boss makes a table for each queue. */
export async function setUpAlone(url: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "persona-agent jobs" });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [keyOf("set up")]);
    await work();
  } finally {
    // The lock ends with the session.
    await client.end();
  }
}

async function lock(client: pg.Client, claim: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    "SELECT pg_try_advisory_lock($1) AS taken",
    [keyOf(claim)],
  );
  return rows[0]?.taken === true;
}

/** 64 bits, as PostgreSQL's keys have. */
function keyOf(claim: string): string {
  return createHash("sha256").update(`persona-agent ${claim}`).digest().readBigInt64BE().toString();
}
