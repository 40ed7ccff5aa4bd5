import type pg from "pg";
import { erasureLastsMs, type FencedOutcome, type FencedWrite } from "../fenced-write.js";
import { erasedNamespace } from "../namespaces.js";
import { presentVisit, userErased } from "../visits.js";
import { isStoreUnavailable } from "../../system/errors.js";

/**
 * What a database does to check and write in one step: functions, because each statement in one sees what others have
 * committed before it, also while it waited for their lock. Another behaviour gets another number: processes of two
 * versions may share a database.
 */
const functions = `
  CREATE OR REPLACE FUNCTION public.persona_agent_refusal_1(who text, since text)
  RETURNS text LANGUAGE plpgsql AS $$
  DECLARE mark jsonb;
  BEGIN
    SELECT value INTO mark FROM public.store
    WHERE namespace_path = '${erasedNamespace.join(":")}' AND key = who;
    IF (mark->>'isRunning')::boolean
      AND (mark->>'at')::timestamptz > now() - interval '${erasureLastsMs} milliseconds'
    THEN RETURN 'erasing'; END IF;
    IF mark->>'erasure' <> since THEN RETURN 'erased'; END IF;
    RETURN NULL;
  END $$;

  CREATE OR REPLACE FUNCTION public.persona_agent_write_1(
    who text, since text, is_erasure boolean,
    expected_paths text[], expected_keys text[], expected_values text[],
    written_paths text[], written_keys text[], written_values text[]
  ) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE refusal text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('persona-agent user ' || who, 0));
    IF NOT is_erasure THEN
      refusal := public.persona_agent_refusal_1(who, since);
      IF refusal IS NOT NULL THEN RETURN refusal; END IF;
    END IF;
    IF EXISTS (
      SELECT FROM unnest(expected_paths, expected_keys, expected_values)
        AS expected (namespace_path, key, value)
      LEFT JOIN public.store AS found USING (namespace_path, key)
      WHERE found.value IS DISTINCT FROM expected.value::jsonb
    ) THEN RETURN 'changed'; END IF;
    DELETE FROM public.store USING unnest(written_paths, written_keys, written_values)
      AS written (namespace_path, key, value)
    WHERE store.namespace_path = written.namespace_path AND store.key = written.key
      AND written.value IS NULL;
    INSERT INTO public.store (namespace_path, key, value)
    SELECT namespace_path, key, value::jsonb FROM unnest(written_paths, written_keys, written_values)
      AS written (namespace_path, key, value)
    WHERE value IS NOT NULL
    ON CONFLICT (namespace_path, key)
    DO UPDATE SET value = EXCLUDED.value, updated_at = CURRENT_TIMESTAMP;
    RETURN 'written';
  END $$;

  CREATE OR REPLACE FUNCTION public.persona_agent_admit_1(whose text[], since text[])
  RETURNS void LANGUAGE plpgsql AS $$
  DECLARE visit record;
  BEGIN
    FOR visit IN
      SELECT DISTINCT * FROM unnest(whose, since) AS visits (who, since) ORDER BY who
    LOOP
      PERFORM pg_advisory_xact_lock_shared(hashtextextended('persona-agent user ' || visit.who, 0));
      IF public.persona_agent_refusal_1(visit.who, visit.since) IS NOT NULL
      THEN RAISE EXCEPTION 'The user was erased.' USING ERRCODE = 'PA001'; END IF;
    END LOOP;
  END $$;`;

const lastFunction = "public.persona_agent_admit_1(text[], text[])";

const tables = ["store", "checkpoints", "checkpoint_blobs", "checkpoint_writes"];

/** The planner's samples of what tables hold are made anew: PostgreSQL keeps whole values in them, for as long as it likes. */
const forgetting = `ANALYZE (SKIP_LOCKED) ${tables.map((table) => `public.${table}`).join(", ")}`;

/**
 * What deletes from the files of the embedded engine: tables are written anew, and the log of changes begins another
 * file while the earlier ones are removed. The second time, because a checkpoint keeps the file in which it began.
 */
const rewriting: readonly string[] = [
  ...tables.map((table) => `VACUUM FULL public.${table}`),
  "SET wal_recycle = off",
  ...[1, 2].flatMap(() => ["SELECT pg_switch_wal()", "CHECKPOINT"]),
];

/**
 * Takes what was deleted out of what the database keeps beside its tables; out of its files too where it is the embedded
 * engine, for whose files nobody else cares and which makes nobody else wait.
 */
export async function purgeDatabase(pool: Pick<pg.Pool, "query">): Promise<void> {
  await pool.query(forgetting);
  const { rows } = await pool.query<{ version: string }>("SELECT version()");
  if (rows[0]?.version.includes("PGlite"))
    for (const statement of rewriting) await pool.query(statement);
}

/** Creates the functions where they are missing. */
export async function addFence(pool: Pick<pg.Pool, "query">): Promise<void> {
  const found = await pool.query("SELECT to_regprocedure($1) AS name", [lastFunction]);
  if (!found.rows[0]?.name) await pool.query(functions);
}

/** As one statement; the changes of each row once. */
export async function writeFencedRows(
  pool: Pick<pg.Pool, "query">,
  { user, since, isErasure, expected, changes }: FencedWrite,
): Promise<FencedOutcome> {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  const columns = (rows: FencedWrite["changes"]) => [
    rows.map(({ namespace }) => namespace.join(":")),
    rows.map(({ key }) => key),
    rows.map(({ value }) => json(value)),
  ];
  const { rows } = await pool.query<{ outcome: FencedOutcome }>(
    "SELECT public.persona_agent_write_1($1, $2, $3, $4, $5, $6, $7, $8, $9) AS outcome",
    [user, since ?? null, isErasure, ...columns(expected), ...columns(changes)],
  );
  return rows[0]?.outcome ?? "changed";
}

/** Whose visit writes a checkpoint, as columns of `persona_agent_admit_1`. */
export interface Writer {
  readonly who: string;
  /** `null` where nothing is known. */
  readonly since: string | null;
}

/** Of the visit that the caller is in. A store that is away just now does not keep a thread from going on. */
export async function presentWriter(): Promise<Writer[]> {
  const visit = presentVisit();
  if (visit === undefined) return [];
  const since = await visit.since().catch((error: unknown) => {
    if (isStoreUnavailable(error)) return null;
    throw error;
  });
  return [{ who: visit.user, since }];
}

export const writerColumns = (writers: readonly Writer[]) => [
  writers.map(({ who }) => who),
  writers.map(({ since }) => since),
];

/** Rejects with `memory-user-erased` where the database did so. */
export async function unlessRefused<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "PA001") throw userErased();
    throw error;
  }
}
