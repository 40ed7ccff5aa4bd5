import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import pg from "pg";
import type { PersonaCheckpoint } from "../../../src/domain/persona/persona-checkpoint.js";
import { openPostgres } from "../../../src/memory/postgres/open-postgres.js";

type Row = Readonly<Record<string, unknown>>;

/** See `test/fixtures/README.md`. */
export interface OldData {
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly expected: Readonly<
    Record<
      string,
      {
        readonly answers: readonly {
          readonly question: string;
          readonly answer: string;
          readonly personaVersion: number;
        }[];
        readonly history: readonly (Omit<PersonaCheckpoint, "paperSystemPrompt"> & {
          readonly paperText: string | null;
        })[];
        readonly status: { readonly status: string; readonly headVersion: number };
        readonly episodes: readonly (readonly [id: string, groundTruth: string | null])[];
      }
    >
  >;
}

export function readOldData(): OldData {
  const file = join(import.meta.dirname, "../../fixtures/record-format-1.json.gz");
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as OldData;
}

/** Writes the rows of a build before the first migration into an empty database, as that build left them. */
export async function restoreOldData({ rows }: OldData, url: string, embedded: boolean) {
  const { close } = await openPostgres({ url, embedded });
  await close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("DELETE FROM public.store");
  for (const [table, all] of Object.entries(rows)) {
    const columns = Object.keys(all[0] ?? {}).join(", ");
    const values = all.map((row) =>
      typeof row["blob"] === "string" ? { ...row, blob: hex(row["blob"]) } : row,
    );
    await client.query(
      `INSERT INTO public.${table} (${columns})
       SELECT ${columns} FROM jsonb_populate_recordset(null::public.${table}, $1)`,
      [JSON.stringify(values)],
    );
  }
  await client.end();
}

/** As PostgreSQL reads bytes. */
function hex(base64: string): string {
  return `\\x${Buffer.from(base64, "base64").toString("hex")}`;
}
