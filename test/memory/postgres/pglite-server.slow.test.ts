import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PersonaAgentError } from "../../../src/system/errors.js";
import { openDataFolder } from "../../../src/memory/postgres/data-folder.js";
import {
  openPgliteServer,
  serve,
  type PgliteServer,
} from "../../../src/memory/postgres/pglite-server.js";
import { openPostgres, type PostgresStorage } from "../../../src/memory/postgres/open-postgres.js";
import { describeStore } from "../../conformance/base-store.js";
import { describeCheckpointer } from "../../conformance/checkpointer.js";
import { compiled } from "../../support/setup/compiled.js";

const source = (name: string) => JSON.stringify(compiled(`src/memory/postgres/${name}.ts`));

let root: string;
/** A closed data folder with one row in it, made by a process that was killed. */
let folder: string;
const children: ReturnType<typeof spawn>[] = [];

/** Runs code in another process that has our modules at hand. */
function otherProcess(code: string) {
  const prelude = `
    const { openDataFolder } = await import(${source("data-folder")});
    const { openPgliteServer } = await import(${source("pglite-server")});
    const { openPostgres } = await import(${source("open-postgres")});
    const folder = ${JSON.stringify(folder)};`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", prelude + code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

/** Resolves once the folder has an entry of this name. */
async function appears(parent: string, name: string): Promise<void> {
  const changes = watch(parent);
  const seen = once(changes, "change");
  for (let change = seen; !existsSync(join(parent, name)); change = once(changes, "change"))
    await change;
  changes.close();
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "persona-embedded-"));
  folder = join(root, "data");
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(root, { recursive: true, force: true });
});

// Making a database keeps one core busy for seconds; beside other tests that can become half a minute.
describe("an embedded PostgreSQL", { timeout: 120_000 }, () => {
  it("is created again when the process that was creating it was killed", async () => {
    const dataDir = join(folder, "pglite");
    await mkdir(folder);
    const begun = appears(folder, "pglite");
    const { child } = otherProcess(`
      await openDataFolder({ folder, command: "persona-agent first" });
      await openPgliteServer({ folder });`);
    await begun;
    await appears(dataDir, "PG_VERSION");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(join(folder, "pglite-unfinished"))).toBe(true);

    const owner = await openDataFolder({ folder, command: "test" });
    const embedded = await openPgliteServer({ folder });
    await embedded.close();
    await owner.close();
    expect(existsSync(join(folder, "pglite-unfinished"))).toBe(false);
    expect(await readFile(join(dataDir, "PG_VERSION"), "utf8")).toBe("18\n");
  });

  it("has every acknowledged row after kill -9, and the next process may open it", async () => {
    const { child, lines } = otherProcess(`
      await openDataFolder({ folder, command: "persona-agent import" });
      const { url } = await openPgliteServer({ folder });
      const { store } = await openPostgres({ url, embedded: true });
      for (let n = 0; ; n++) {
        await Promise.all([0, 1, 2, 3].map((i) => store.put(["persona", "killed"], n + "-" + i, { n })));
        console.log(n);
      }`);
    let acknowledged = -1;
    for await (const line of lines) {
      acknowledged = Number(line);
      if (acknowledged === 30) {
        await expect(openDataFolder({ folder, command: "test" })).rejects.toThrow(
          `process ${child.pid} (persona-agent import)`,
        );
        child.kill("SIGKILL");
      }
    }
    expect(acknowledged).toBeGreaterThanOrEqual(30);
    const owner = await vi.waitFor(() => openDataFolder({ folder, command: "test" }), 5_000);
    const embedded = await openPgliteServer({ folder });
    const storage = await openPostgres({ url: embedded.url, embedded: true });
    const rows = await storage.store.search(["persona", "killed"], { limit: 100_000 });
    const keys = new Set(rows.map(({ key }) => key));
    for (let n = 0; n <= acknowledged; n++)
      for (let i = 0; i < 4; i++) expect(keys, `row ${n}-${i}`).toContain(`${n}-${i}`);
    await storage.close();
    await embedded.close();
    await owner.close();
  });

  it("is refused in one line when it is damaged or of another version", async () => {
    const refused = async (spoil: (dataDir: string) => Promise<void>, expected: string) => {
      const copy = await mkdtemp(join(root, "copy-"));
      const dataDir = join(copy, "pglite");
      await cp(join(folder, "pglite"), dataDir, { recursive: true });
      await spoil(dataDir);
      const error: unknown = await openPgliteServer({ folder: copy }).catch((e: unknown) => e);
      if (!PersonaAgentError.is(error, "memory-store-unavailable")) throw error;
      expect(error.message).toContain(`The database in ${dataDir} ${expected}`);
      expect(error.message).toContain("DATABASE_URL");
      expect(error.message).not.toContain("\n");
    };
    await refused((dir) => writeFile(join(dir, "PG_VERSION"), "15\n"), "was made by PostgreSQL 15");
    await refused((dir) => rm(join(dir, "PG_VERSION")), "is damaged");
    await refused((dir) => truncate(join(dir, "global", "pg_control")), "is damaged");
    await refused((dir) => rm(dir, { recursive: true }).then(() => mkdir(dir)), "is damaged");
  });

  describe("open", () => {
    let embedded: PgliteServer;
    let storage: PostgresStorage;
    beforeAll(async () => {
      embedded = await openPgliteServer({ folder });
      storage = await openPostgres({ url: embedded.url, embedded: true });
      await storage.store.put(["persona", "a"], "kept", { n: 1 });
    });
    afterAll(async () => {
      await storage?.close();
      await embedded?.close();
    });

    describeStore("PostgresStore", () => storage.store, {
      prefixBy: "characters",
      takesNul: false,
    });
    describeCheckpointer("PostgresSaver", () => storage.checkpointer);

    // Without pgliteSession: "bind message supplies 2 parameters, but prepared statement requires 1", rows of
    // other people's queries, and calls that are never answered.
    it("gives every connection its own answers under concurrent use", async () => {
      const pools = [0, 1, 2].map(() => new pg.Pool({ connectionString: embedded.url, max: 8 }));
      await pools[0]?.query("CREATE TABLE crowd (key text PRIMARY KEY, value text)");
      const asks = [
        async (pool: pg.Pool, i: number) => {
          await pool.query("INSERT INTO crowd VALUES ($1, $2)", [`k${i}`, `v${i}`]);
        },
        async (pool: pg.Pool, i: number) => {
          const { rows } = await pool.query("SELECT $1::text AS said, $2::int AS n", [`x${i}`, i]);
          expect(rows).toEqual([{ said: `x${i}`, n: i }]);
        },
        async (pool: pg.Pool, i: number) => {
          const client = await pool.connect();
          await client.query("BEGIN");
          await client.query("INSERT INTO crowd VALUES ($1, $2)", [`k${i}`, "undone"]);
          await client.query("ROLLBACK");
          client.release();
        },
        async (pool: pg.Pool, i: number) => {
          await expect(pool.query("SELECT $1::int", [`no number ${i}`])).rejects.toThrow(
            `"no number ${i}"`,
          );
        },
      ];
      await Promise.all(
        Array.from({ length: 400 }, (_, i) => {
          const [ask, pool] = [asks[i % asks.length], pools[i % pools.length]];
          return ask && pool ? ask(pool, i) : expect.fail("no such ask");
        }),
      );
      const { rows } = await storageRows();
      expect(rows).toEqual([{ rows: 100, wrong: 0 }]);
      await Promise.all(pools.map((pool) => pool.end()));

      function storageRows() {
        const wrong = "count(*) FILTER (WHERE 'v' || substr(key, 2) <> value)";
        return (
          pools[1]?.query(`SELECT count(*)::int AS rows, (${wrong})::int AS wrong FROM crowd`) ??
          expect.fail("no pool")
        );
      }
    });

    it("serves two other processes that write to store and checkpointer at once", async () => {
      const code = (name: string) => `
        const { store, checkpointer, close } =
          await openPostgres({ url: ${JSON.stringify(embedded.url)}, embedded: true });
        const checkpoint = (id) => ({ v: 4, id, ts: "2026-01-01T00:00:00Z", channel_values: { said: id },
          channel_versions: { said: 1 }, versions_seen: {} });
        await Promise.all(Array.from({ length: 100 }, async (_, i) => {
          const id = "${name}-" + i;
          await store.put(["persona", "shared"], id, { id });
          await checkpointer.put({ configurable: { thread_id: id, checkpoint_ns: "" } }, checkpoint(id),
            { source: "loop", step: 0, parents: {} }, { said: 1 });
        }));
        await close();`;
      const others = [otherProcess(code("left")), otherProcess(code("right"))];
      const ends = await Promise.all(others.map(({ child }) => once(child, "exit")));
      expect(ends).toEqual([
        [0, null],
        [0, null],
      ]);
      const rows = await storage.store.search(["persona", "shared"], { limit: 1_000 });
      expect(rows).toHaveLength(200);
      for (const { key, value } of rows) {
        expect(value).toEqual({ id: key });
        const tuple = await storage.checkpointer.getTuple({ configurable: { thread_id: key } });
        expect(tuple?.checkpoint.channel_values).toEqual({ said: key });
      }
    });

    it("keeps working when a connection is lost in an exchange or a transaction", async () => {
      const socket = connect(Number(new URL(embedded.url).port), "127.0.0.1");
      const startup = Buffer.from("\0\0\0\0\0\x03\0\0user\0postgres\0\0", "latin1");
      startup.writeInt32BE(startup.length, 0);
      socket.write(startup);
      await once(socket, "data");
      const parse = Buffer.from("P\0\0\0\0\0SELECT 1\0\0\0", "latin1");
      parse.writeInt32BE(parse.length - 1, 1);
      const flush = Buffer.from("H\0\0\0\x04", "latin1");
      socket.write(Buffer.concat([parse, flush]));
      await once(socket, "data");
      const waiting = storage.store.get(["persona", "a"], "kept");
      socket.destroy();
      expect((await waiting)?.value).toEqual({ n: 1 });

      const client = new pg.Client(embedded.url);
      await client.connect();
      await client.query("BEGIN");
      await client.query("DELETE FROM store WHERE key = 'kept'");
      const blocked = storage.store.get(["persona", "a"], "kept");
      await client.end();
      expect((await blocked)?.value).toEqual({ n: 1 });
    });

    it("lets calls wait for earlier ones, however long those take", async () => {
      const slow = new pg.Client(embedded.url);
      await slow.connect();
      await slow.query("BEGIN");
      // A pool that gives up waiting does so by a timer.
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        const thread = { configurable: { thread_id: "waiting" } };
        const calls = Array.from({ length: 4 }, () => [
          storage.checkpointer.getTuple(thread),
          storage.store.get(["persona", "a"], "kept"),
        ]);
        const waiting = Promise.allSettled(calls.flat());
        await vi.advanceTimersByTimeAsync(30_000);
        await slow.query("COMMIT");
        expect((await waiting).map(({ status }) => status)).not.toContain("rejected");
      } finally {
        vi.useRealTimers();
        await slow.end();
      }
    });

    it("is set up by several processes at once", async () => {
      const client = new pg.Client(embedded.url);
      await client.connect();
      await client.query("DROP TABLE store_migrations, checkpoint_migrations");
      await client.query("DROP INDEX persona_agent_store_prefix");
      await client.end();
      const opened = await Promise.all(
        Array.from({ length: 4 }, () => openPostgres({ url: embedded.url, embedded: true })),
      );
      expect((await opened[3]?.store.get(["persona", "a"], "kept"))?.value).toEqual({ n: 1 });
      await Promise.all(opened.map(({ close }) => close()));
    });
  });

  it("fails all calls at once when its engine failed", async () => {
    const database = await PGlite.create({ dataDir: join(folder, "pglite") });
    const embedded = await serve(database);
    const storage = await openPostgres({ url: embedded.url, embedded: true });
    const under = expect(
      Promise.all(Array.from({ length: 50 }, () => storage.store.get(["persona", "a"], "kept"))),
    ).rejects.toThrow();
    await database.close();
    await under;
    await expect(storage.store.get(["persona", "a"], "kept")).rejects.toThrow();
    await storage.close();
    await embedded.close();
  });

  it("fails calls at once after close, and can be closed twice", async () => {
    const embedded = await openPgliteServer({ folder });
    const storage = await openPostgres({ url: embedded.url, embedded: true });
    await embedded.close();
    await embedded.close();
    await expect(storage.store.get(["persona", "a"], "kept")).rejects.toThrow();
    await storage.close();
  });
});
