import { once } from "node:events";
import { connect } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve, type PgliteServer } from "../../../src/memory/postgres/pglite-server.js";

let server: PgliteServer;
let pool: pg.Pool;
const named = async () =>
  (await pool.query<{ statement: string }>("SELECT statement FROM pg_prepared_statements")).rows;

// Making a database keeps one core busy for seconds.
describe("statements of the embedded PostgreSQL", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    server = await serve(await PGlite.create());
    pool = new pg.Pool({ connectionString: server.url, max: 3 });
  }, 120_000);
  afterAll(async () => {
    await pool.end();
    await server.close();
  });
  beforeEach(() =>
    pool.query("DROP TABLE IF EXISTS each; CREATE TABLE each (n int PRIMARY KEY, text text)"),
  );

  it("are planned once when they come again, whoever sends them", async () => {
    const insert = "INSERT INTO each VALUES ($1, $2)";
    const find = "SELECT text FROM each WHERE n = $1";
    await Promise.all(Array.from({ length: 40 }, (_, n) => pool.query(insert, [n, `row ${n}`])));
    const found = await Promise.all(
      Array.from({ length: 40 }, (_, n) => pool.query<{ text: string }>(find, [n])),
    );
    expect(found.map(({ rows }) => rows)).toEqual(found.map((_, n) => [{ text: `row ${n}` }]));
    const statements = (await named()).map(({ statement }) => statement);
    expect(statements.toSorted()).toEqual([insert, find]);
  });

  it("fail alone, and can be sent again", async () => {
    const insert = "INSERT INTO each VALUES ($1, 'a')";
    await pool.query(insert, [1]);
    await pool.query(insert, [2]);
    for (const n of [1, 2])
      await expect(pool.query(insert, [n])).rejects.toMatchObject({ code: "23505" });
    await expect(pool.query(insert, ["three"])).rejects.toMatchObject({ code: "22P02" });
    await pool.query(insert, [3]);
    const twice = "SELECT nothing FROM each WHERE n = $1";
    for (const n of [1, 2, 3])
      await expect(pool.query(twice, [n])).rejects.toMatchObject({ code: "42703" });
    expect((await pool.query("SELECT n FROM each ORDER BY n")).rows).toEqual(
      [1, 2, 3].map((n) => ({ n })),
    );
  });

  it("are planned anew after the table got another form", async () => {
    const all = "SELECT * FROM each WHERE n = $1";
    await pool.query("INSERT INTO each VALUES (1, 'a')");
    for (const n of [1, 1, 1]) await pool.query(all, [n]);
    await pool.query("ALTER TABLE each ADD COLUMN more int DEFAULT 7");
    expect((await pool.query(all, [1])).rows).toEqual([{ n: 1, text: "a", more: 7 }]);
    await pool.query("DEALLOCATE ALL");
    expect(await Promise.all([1, 1].map((n) => pool.query(all, [n])))).toMatchObject([
      { rows: [{ more: 7 }] },
      { rows: [{ more: 7 }] },
    ]);
    expect(await named()).toHaveLength(1);
  });

  it("are planned also after many that came once", async () => {
    for (let n = 0; n < 250; n += 1) await pool.query(`SELECT ${n} WHERE $1::int = 1`, [1]);
    const often = "SELECT text FROM each WHERE n = $1 AND n > 0";
    for (const n of [1, 1, 1]) await pool.query(often, [n]);
    expect((await named()).map(({ statement }) => statement)).toContain(often);
  });

  it("are rolled back when their connection ends amid an exchange, and others go on", async () => {
    const { port } = new URL(server.url);
    const socket = connect(Number(port), "127.0.0.1");
    const startup = Buffer.from("\0\0\0\0\0\x03\0\0user\0postgres\0\0", "latin1");
    startup.writeInt32BE(startup.length, 0);
    socket.write(startup);
    await once(socket, "data");
    const message = (type: string, body: string) => {
      const made = Buffer.from(`${type}\0\0\0\0${body}`, "latin1");
      made.writeInt32BE(made.length - 1, 1);
      return made;
    };
    const insert = "INSERT INTO each VALUES (9, 'a')";
    const [parse, bind] = [message("P", `\0${insert}\0\0\0`), message("B", "\0\0\0\0\0\0\0\0")];
    const execute = message("E", "\0\0\0\0\0");
    const ended = once(socket, "close");
    socket.end(Buffer.concat([parse, bind, execute, message("X", "")]));
    await ended;
    expect((await pool.query("SELECT n FROM each WHERE n > $1", [0])).rows).toEqual([]);
  });

  it("keep their own transaction apart from others", async () => {
    const count = "SELECT count(*)::int AS n FROM each WHERE n > $1";
    const writer = await pool.connect();
    try {
      await writer.query("BEGIN");
      await writer.query("INSERT INTO each VALUES ($1, $2)", [1, "a"]);
      const others = [1, 2, 3].map(() => pool.query(count, [0]));
      expect((await writer.query(count, [0])).rows).toEqual([{ n: 1 }]);
      await writer.query("ROLLBACK");
      for (const { rows } of await Promise.all(others)) expect(rows).toEqual([{ n: 0 }]);
    } finally {
      writer.release();
    }
  });

  it("may be larger than one read of the socket", async () => {
    const text = "words ".repeat(300_000);
    for (const n of [1, 2, 3]) await pool.query("INSERT INTO each VALUES ($1, $2)", [n, text]);
    const { rows } = await pool.query<{ text: string }>("SELECT text FROM each WHERE n = $1", [3]);
    expect(rows[0]?.text).toBe(text);
  });
});
