import type pg from "pg";

/**
 * Where a text is in a database: each table and the number of its rows, in text or bytes of any column; and in
 * `pg_statistic`, where PostgreSQL keeps samples of what tables hold.
 */
export async function placesOf(
  pool: Pick<pg.Pool, "query">,
  text: string,
): Promise<Record<string, number>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: Record<string, number> = {};
  const hex = Buffer.from(text).toString("hex");
  for (const { name } of [...tables, { name: "pg_catalog.pg_statistic" }]) {
    const { rows } = await pool.query<{ count: string }>(
      `SELECT count(*) FROM ${name} AS record
       WHERE position($1 IN record::text) > 0 OR position($2 IN record::text) > 0`,
      [text, hex],
    );
    if (Number(rows[0]?.count) > 0) found[name] = Number(rows[0]?.count);
  }
  return found;
}
