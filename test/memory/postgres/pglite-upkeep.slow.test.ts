import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openPostgres } from "../../../src/memory/postgres/open-postgres.js";
import { openPgliteServer, serve } from "../../../src/memory/postgres/pglite-server.js";
import { compiled } from "../../support/setup/compiled.js";

const source = (name: string) => JSON.stringify(compiled(`src/memory/postgres/${name}.ts`));
const space = ["persona", "kept small"];
const eager = { lookAfter: 20_000, quietMs: 1, longestWaitMs: 0 };

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "persona-upkeep-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const logFiles = async () =>
  (await readdir(join(folder, "pglite", "pg_wal"))).filter((name) => /^[0-9A-F]{24}$/.test(name));

// Making a database takes seconds, and many times that on a busy machine.
describe("the files of an embedded database", { timeout: 120_000 }, () => {
  // Without the upkeep: 34 MB of the table, nearly all of it dead rows, and three files of the log, of 16 MB each.
  it("stay small while the same rows are written again and again", async () => {
    const embedded = await openPgliteServer({ folder });
    const { store, close } = await openPostgres({ url: embedded.url, embedded: true });
    const client = new pg.Client(embedded.url);
    await client.connect();
    for (let round = 0; round < 60; round += 1) {
      await store.batch(
        Array.from({ length: 100 }, (_, n) => ({
          namespace: space,
          key: `${n}`,
          value: { text: randomBytes(3_000).toString("base64") },
        })),
      );
      if (round % 5 === 4) await delay(500);
    }
    const size = "SELECT pg_total_relation_size('store')::int AS bytes";
    await vi.waitFor(async () => expect(await logFiles()).toHaveLength(1), { timeout: 20_000 });
    const { rows } = await client.query<{ bytes: number }>(size);
    expect(rows[0]?.bytes).toBeLessThan(16_000_000);
    expect(await store.search(space, { limit: 1_000 })).toHaveLength(100);
    await client.end();
    await close();
    await embedded.close();
  });

  it("have every acknowledged row after kill -9 amid vacuums and checkpoints", async () => {
    const child = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `
        const { PGlite } = await import("@electric-sql/pglite");
        const { serve } = await import(${source("pglite-server")});
        const { openPostgres } = await import(${source("open-postgres")});
        const database = await PGlite.create({ dataDir: ${JSON.stringify(join(folder, "pglite"))} });
        const { url } = await serve(database, ${JSON.stringify(eager)});
        const { store } = await openPostgres({ url, embedded: true });
        const { randomBytes } = await import("node:crypto");
        const vacuums = "SELECT sum(vacuum_count)::int AS n FROM pg_stat_all_tables";
        for (let n = 0; ; n++) {
          await Promise.all(Array.from({ length: 40 }, (_, i) =>
            store.put(["persona", "again"], String(i), { n, text: randomBytes(3_000).toString("base64") })));
          await store.put(["persona", "killed"], String(n), { n });
          console.log(n, (await store.pool.query(vacuums)).rows[0].n);
        }`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let [acknowledged, vacuums] = [-1, 0];
    for await (const line of createInterface({ input: child.stdout })) {
      [acknowledged = -1, vacuums = 0] = line.split(" ").map(Number);
      if (acknowledged >= 30 && vacuums >= 3) child.kill("SIGKILL");
    }
    expect(vacuums).toBeGreaterThanOrEqual(3);
    const embedded = await openPgliteServer({ folder });
    const { store, close } = await openPostgres({ url: embedded.url, embedded: true });
    const kept = await store.search(["persona", "killed"], { limit: 100_000 });
    expect(kept.length).toBeGreaterThanOrEqual(acknowledged + 1);
    const again = await store.search(["persona", "again"], { limit: 100 });
    expect(again).toHaveLength(40);
    expect(Math.min(...again.map(({ value }) => value["n"]))).toBeGreaterThanOrEqual(acknowledged);
    await close();
    await embedded.close();
  });

  it("do not keep a database from being closed, also when a transaction is open", async () => {
    for (const isOpen of [false, true]) {
      const embedded = await serve(await PGlite.create({ dataDir: join(folder, "pglite") }), eager);
      const client = new pg.Client(embedded.url);
      client.on("error", () => undefined);
      await client.connect();
      if (isOpen) await client.query("BEGIN");
      await client.query("SELECT length($1)", ["a".repeat(50_000)]);
      await delay(20);
      await embedded.close();
      await client.end().catch(() => undefined);
    }
  });
});
