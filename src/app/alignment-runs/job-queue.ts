import { createHash } from "node:crypto";
import pg from "pg";
import { userKey } from "../../domain/user-id.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../../nodes/agent/schedule-reflection.js";
import { recordedError } from "../../system/errors.js";
import { type OptionalFeature, requireInstalled } from "../../system/optional-package.js";
import { requestDelayMs } from "./background-scheduler.js";

/** What a job does for its user. */
export const jobKinds = ["alignment", "reflection"] as const;
export type JobKind = (typeof jobKinds)[number];

/** What a job is to do. Plain JSON. */
export interface JobRequest {
  readonly kind: JobKind;
  readonly userId: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A job that this process took, and nobody else works on. */
export interface TakenJob extends JobRequest {
  readonly id: string;
  /** Tries before this one. */
  readonly retries: number;
  /** It is done, or there is nothing to do. */
  complete(): Promise<void>;
  /** It is to be tried again, later after each failure; after the last try it is dead. */
  fail(error: unknown): Promise<void>;
  /** Nothing failed, and it is to be taken again after so many seconds. */
  putBack(seconds: number): Promise<void>;
}

/** A job that no worker tries again. */
export interface DeadJob {
  readonly kind: JobKind;
  readonly user: string;
  /** Since when, ISO 8601. */
  readonly at: string;
  /** One line. */
  readonly error: string;
}

/** What is known of a user's jobs. */
export interface UserJobs {
  /** Those that no worker tries again, latest first; at most 100. */
  dead(userId: string): Promise<DeadJob[]>;
  /** How many jobs of all users there are. */
  counts(): Promise<JobCounts>;
  /** How many there are, in any state. */
  count(userId: string): Promise<number>;
  /** Deletes them, in any state. */
  delete(userId: string): Promise<void>;
}

/** Numbers of jobs. */
export interface JobCounts {
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
}

/**
 * Alignments and reflections that any process requests and any worker does, kept in PostgreSQL by pg-boss. Of each kind
 * a user has at most one job that waits, and one that is done. All methods reject while the database is away.
 */
export interface JobQueue extends UserJobs {
  readonly requestAlignment: RequestAlignment;
  readonly requestReflection: RequestReflection;
  /** The next job of a kind; `null` if none is to be done now. */
  take(kind: JobKind): Promise<TakenJob | null>;
  /** Gives the jobs of processes that have ended back to the queue. Returns how many. */
  recover(): Promise<number>;
  /** As `UserJobs.dead`, of all users. */
  dead(userId?: string): Promise<DeadJob[]>;
  close(): Promise<void>;
}

export const jobsFeature: OptionalFeature = { what: "JOBS=postgres", packages: ["pg-boss"] };

const schema = "persona_agent_jobs";
const retryLimit = 8;
const retryDelaySeconds = 5;
/** pg-boss's own limit of a job is only a last resort: what `recover` looks at is who works on it. */
const expireInHours = 12;
const keptDays = 14;
const mostDead = 100;

/**
 * @param options.log - Is told of failures that the queue goes on after, a line each.
 * @throws {PersonaAgentError} `config-package-missing`.
 */
export async function openJobQueue({
  url,
  log,
}: {
  readonly url: string;
  readonly log: (line: string) => void;
}): Promise<JobQueue> {
  requireInstalled(jobsFeature);
  const { default: Boss } = await import("pg-boss");
  const boss = new Boss({
    connectionString: url,
    application_name: "persona-agent jobs",
    schema,
    schedule: false,
    max: 4,
    archiveFailedAfterSeconds: keptDays * 86_400,
    deleteAfterDays: keptDays,
    retentionDays: keptDays,
  });
  boss.on("error", (error) => log(`The job queue reports: ${oneLine(error)}`));
  await alone(url, async () => {
    await boss.start();
    for (const kind of jobKinds)
      // `short`: one that waits for each user. The policies that also allow one at work only would block the whole queue
      // behind a user whose job is at work.
      await boss.createQueue(kind, { name: kind, policy: "short" });
  });
  const claims = createClaims(url);
  const query = async <Row>(text: string, values: unknown[] = []) =>
    (await boss.getDb().executeSql(text, values)).rows as Row[];

  async function send({ kind, userId, settings }: JobRequest, seconds: number): Promise<void> {
    await boss.send(
      kind,
      { userId, settings },
      {
        singletonKey: userKey(userId),
        startAfter: seconds,
        retryLimit,
        retryDelay: retryDelaySeconds,
        retryBackoff: true,
        expireInHours,
      },
    );
  }

  return {
    requestAlignment: (userId, settings) =>
      send({ kind: "alignment", userId, settings }, requestDelayMs / 1_000),
    requestReflection: (userId, settings) =>
      send({ kind: "reflection", userId, settings }, requestDelayMs / 1_000),

    async take(kind) {
      const [found] = await boss.fetch<JobData>(kind, { includeMetadata: true });
      if (found === undefined) return null;
      const { id, retryCount, data } = found;
      const job: JobRequest = { kind, userId: data.userId, settings: data.settings };
      const end = async (how: () => Promise<unknown>) => {
        await how();
        await claims.release(claimOf(job));
      };
      const putBack = async (seconds: number) => {
        await send(job, seconds);
        await boss.complete(kind, id);
      };
      if (!(await claims.take(claimOf(job)))) {
        // Another job of this user is at work. What came after it began is done after it.
        await putBack(busyUserSeconds);
        return null;
      }
      return {
        ...job,
        id,
        retries: retryCount,
        complete: () => end(() => boss.complete(kind, id)),
        fail: (error) => end(() => boss.fail(kind, id, { message: oneLine(error) })),
        putBack: (seconds) => end(() => putBack(seconds)),
      };
    },

    async recover() {
      let recovered = 0;
      const rows = await query<StoredJob>(
        `SELECT id, name AS kind, data FROM ${schema}.job
         WHERE state = 'active' AND name = ANY($1) AND started_on < now() - interval '2 seconds'`,
        [[...jobKinds]],
      );
      for (const { id, kind, data } of rows) {
        const claim = claimOf({ kind, userId: data.userId });
        // Who works on it holds its claim for as long as it lives.
        if (!(await claims.take(claim))) continue;
        try {
          const current = await boss.getJobById(kind, id);
          if (current?.state !== "active") continue;
          // Not as a failure: the job is not to blame.
          await send({ kind, ...data }, 0);
          await boss.complete(kind, id);
          recovered += 1;
        } finally {
          await claims.release(claim);
        }
      }
      return recovered;
    },

    async counts() {
      const rows = await query<{ state: string; count: string }>(
        `SELECT state::text, count(*) FROM ${schema}.job WHERE name = ANY($1) GROUP BY state`,
        [[...jobKinds]],
      );
      const of = (...states: string[]) =>
        rows.reduce((sum, row) => sum + (states.includes(row.state) ? Number(row.count) : 0), 0);
      return { waiting: of("created", "retry"), running: of("active"), dead: of("failed") };
    },

    async dead(userId) {
      const rows = await query<StoredJob>(
        `SELECT id, name AS kind, data, output, completed_on AS at FROM ${schema}.job
         WHERE state = 'failed' AND name = ANY($1) AND ($2::text IS NULL OR singleton_key = $2)
         ORDER BY completed_on DESC LIMIT ${mostDead}`,
        [[...jobKinds], userId === undefined ? null : userKey(userId)],
      );
      return rows.map(({ kind, data, output, at }) => ({
        kind,
        user: data.userId,
        at: at.toISOString(),
        error: output?.message ?? output?.value?.message ?? "It failed without a reason.",
      }));
    },

    async count(userId) {
      const [row] = await query<{ count: string }>(
        `SELECT count(*) FROM (SELECT singleton_key FROM ${schema}.job UNION ALL SELECT singleton_key FROM ${schema}.archive) AS jobs
         WHERE singleton_key = $1`,
        [userKey(userId)],
      );
      return Number(row?.count ?? 0);
    },

    async delete(userId) {
      for (const table of ["job", "archive"])
        await query(`DELETE FROM ${schema}.${table} WHERE singleton_key = $1`, [userKey(userId)]);
    },

    async close() {
      await claims.close();
      await boss.stop({ graceful: false, wait: true });
    },
  };
}

/** Until a job of a user is looked at again, while another one of that user is at work. */
const busyUserSeconds = 10;

interface JobData {
  readonly userId: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

interface StoredJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly data: JobData;
  readonly output?: { readonly message?: string; readonly value?: { readonly message?: string } };
  readonly at: Date;
}

const claimOf = ({ kind, userId }: Pick<JobRequest, "kind" | "userId">) =>
  `${kind} ${userKey(userId)}`;

/**
 * Claims of this process: advisory locks of one session, which PostgreSQL frees when the process ends, however it ends.
 * A session that was lost is opened again, with the claims that it had.
 */
function createClaims(url: string) {
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
    /** @returns False where this or another process has it. */
    async take(claim: string): Promise<boolean> {
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
    async release(claim: string): Promise<void> {
      held.delete(claim);
      await unlock(claim);
    },
    async close(): Promise<void> {
      isClosed = true;
      const open = await session?.catch(() => null);
      await open?.end();
    },
  };
}

/** Processes that set up the queue at once would be each other's deadlock: pg-boss makes a table for each queue. */
async function alone(url: string, work: () => Promise<void>): Promise<void> {
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

function oneLine(error: unknown): string {
  return recordedError(error).message.slice(0, 500);
}
