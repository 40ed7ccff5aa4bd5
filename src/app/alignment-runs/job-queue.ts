import pg from "pg";
import { userKey } from "../../domain/user-id.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../../nodes/agent/schedule-reflection.js";
import { recordedError } from "../../system/errors.js";
import { type OptionalFeature, requireInstalled } from "../../system/optional-package.js";
import { parsePostgresUrl, storeUnavailable } from "../../memory/postgres/postgres-address.js";
import { requestDelayMs } from "./background-scheduler.js";
import { createClaims, setUpAlone } from "./job-claims.js";

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
  /** Those that no worker tries again, of one user or of all, latest first; at most 100. */
  dead(userId?: string): Promise<DeadJob[]>;
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
 * @throws {PersonaAgentError} `config-package-missing`, `config-invalid` for an address, `memory-store-unavailable`.
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
  const address = parsePostgresUrl(url);
  const connectionString = url;
  const pool = new pg.Pool({ connectionString, application_name: "persona-agent jobs", max: 4 });
  pool.on("error", (error) => log(`The job queue reports: ${oneLine(error)}`));
  const boss = new Boss({
    db: { executeSql: (text: string, values: unknown[]) => pool.query(text, values) },
    schema,
    schedule: false,
    archiveFailedAfterSeconds: keptDays * 86_400,
    deleteAfterDays: keptDays,
    retentionDays: keptDays,
  });
  boss.on("error", (error) => log(`The job queue reports: ${oneLine(error)}`));
  try {
    await setUpAlone(url, async () => {
      await boss.start();
      for (const kind of jobKinds)
        // `short`: one that waits for each user. The policies that also allow one at work only would block the whole queue
        // behind a user whose job is at work.
        await boss.createQueue(kind, { name: kind, policy: "short" });
    });
  } catch (error) {
    await boss.stop({ graceful: false, wait: true }).catch(() => undefined);
    await pool.end();
    throw storeUnavailable(address, error);
  }
  const claims = createClaims(url);
  const query = async <Row>(text: string, values: unknown[] = []) =>
    (await pool.query(text, values)).rows as Row[];

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

  async function remove(userId: string): Promise<void> {
    for (const table of ["job", "archive"])
      await query(`DELETE FROM ${schema}.${table} WHERE singleton_key = $1`, [userKey(userId)]);
    // The planner keeps samples of what tables held.
    await query(`ANALYZE (SKIP_LOCKED) ${schema}.job, ${schema}.archive`);
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
        // Deleted meanwhile, with all of its user: it is not to come back.
        if ((await boss.getJobById(kind, id)) === null) await remove(job.userId);
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

    delete: remove,

    async close() {
      await claims.close();
      await boss.stop({ graceful: false, wait: true });
      await pool.end();
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

function oneLine(error: unknown): string {
  return recordedError(error).message.slice(0, 500);
}
