import pg from "pg";
import { migrateRecords } from "../../../src/memory/postgres/migrate-records.js";

// Migrates the records of a database, and ends itself with `kill -9` after some of them.
const [url, rowsPerStep] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url });
let steps = 0;
const query = async (text: string, values?: unknown[]) => {
  const result = await pool.query(text, values);
  if (text.includes("UPDATE public.store SET")) steps++;
  if (steps === 2) process.kill(process.pid, "SIGKILL");
  return result;
};
await migrateRecords({ query } as unknown as pg.Pool, Number(rowsPerStep));
