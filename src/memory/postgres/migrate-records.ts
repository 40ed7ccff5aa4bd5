import type pg from "pg";
import { PersonaAgentError } from "../../system/errors.js";
import { allUsersPrefix, formatNamespace } from "../namespaces.js";
import { type Json, migrateRecord, type RecordKind } from "../parse-record.js";
import { alignmentRecordKind, episodeRecord, personaRecord } from "../record-schemas.js";

/** What the records are written in now. One more whenever a record kind gets a migration. */
const presentFormat = 3;

/** By the last label of a namespace: the kinds that have migrations. */
const kinds = new Map<string, Pick<RecordKind<unknown>, "migrations">>([
  ["episodes", episodeRecord],
  ["personas", personaRecord],
  ["alignment", alignmentRecordKind],
]);

/**
 * Brings all records of an earlier version to the present one, once for a database: the format they are in is kept
 * beside them, and written when all are done. A process killed on the way leaves some records migrated; the next one
 * does the rest. Processes may do it at once, and others may read and write meanwhile: a record is replaced only while
 * it is still the one that was read, and `parseRecord` migrates what it finds. One query when there is nothing to do.
 *
 * @throws {PersonaAgentError} `memory-record-invalid` when a later version wrote the records.
 */
export async function migrateRecords(
  pool: Pick<pg.Pool, "query">,
  rowsPerStep = 500,
): Promise<void> {
  const format = await storedFormat(pool);
  if (format > presentFormat)
    throw new PersonaAgentError(
      "memory-record-invalid",
      `The records were written by a later version (record format ${format}); expected format ${presentFormat} at most. Use that version, or another data folder.`,
    );
  if (format === presentFormat) return;
  let last: readonly [path: string, key: string] = ["", ""];
  for (;;) {
    const { rows } = await pool.query<StoredRow>(nextRows, [
      ...last,
      [...kinds.keys()],
      rowsPerStep,
    ]);
    const end = rows.at(-1);
    if (end === undefined) break;
    await replace(pool, rows);
    last = [end.path, end.key];
  }
  await pool.query(putFormat, [formatPath, JSON.stringify({ format: presentFormat })]);
}

interface StoredRow {
  readonly path: string;
  readonly key: string;
  readonly value: Json;
}

async function storedFormat(pool: Pick<pg.Pool, "query">): Promise<number> {
  const { rows } = await pool.query<{ format: number }>(getFormat, [formatPath]);
  return rows[0]?.format ?? 1;
}

async function replace(pool: Pick<pg.Pool, "query">, rows: readonly StoredRow[]): Promise<void> {
  const changed = rows.flatMap(({ path, key, value }) => {
    const kind = kinds.get(path.slice(path.lastIndexOf(":") + 1));
    const after = kind === undefined ? value : migrateRecord(kind, value);
    return after === value ? [] : [[path, key, JSON.stringify(value), JSON.stringify(after)]];
  });
  if (changed.length === 0) return;
  await pool.query(
    replaceAll,
    [0, 1, 2, 3].map((column) => changed.map((row) => row[column])),
  );
}

const formatPath = formatNamespace.join(":");

const getFormat = `
  SELECT (value->>'format')::int AS format FROM public.store
  WHERE namespace_path = $1 AND key = 'records'`;

const putFormat = `
  INSERT INTO public.store (namespace_path, key, value) VALUES ($1, 'records', $2::jsonb)
  ON CONFLICT (namespace_path, key) DO UPDATE SET value = EXCLUDED.value`;

const nextRows = `
  SELECT namespace_path AS path, key, value FROM public.store
  WHERE (namespace_path, key) > ($1, $2) AND namespace_path LIKE '${allUsersPrefix.join(":")}:%'
    AND split_part(namespace_path, ':', 4) = ANY($3::text[])
  ORDER BY namespace_path, key LIMIT $4`;

const replaceAll = `
  UPDATE public.store SET value = given.after::jsonb
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (path, key, before, after)
  WHERE namespace_path = given.path AND store.key = given.key AND value = given.before::jsonb`;
