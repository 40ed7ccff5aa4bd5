import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type BaseMessage, HumanMessage } from "@langchain/core/messages";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenAgent, openPersonaAgent } from "../../../src/app/open-persona-agent.js";
import { openPgliteServer } from "../../../src/memory/postgres/pglite-server.js";
import { migrateRecords } from "../../../src/memory/postgres/migrate-records.js";
import { compiled } from "../../support/setup/compiled.js";
import { newDataFolder } from "../../support/setup/data-folder.js";
import { readOldData, restoreOldData } from "../../support/setup/old-data.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../../support/servers/postgres.js";

const old = readOldData();
const rowsPerStep = 40;

describe("a data folder of a build before the first migration", () => {
  let agent: OpenAgent;
  beforeAll(async () => {
    const dataDir = await newDataFolder("persona-agent-migration-");
    const server = await openPgliteServer({ folder: dataDir });
    await restoreOldData(old, server.url, true);
    await server.close();
    const options = { dataDir, backgroundAlignment: false };
    agent = await openPersonaAgent({ INDEX: "in-process" }, options);
  }, 60_000);
  afterAll(() => agent.close());

  it.each(Object.entries(old.expected))(
    "gives the same log, true answers and answers for %s",
    async (user, expected) => {
      const history = await agent.memory.personas.history(user);
      expect(history.map(comparable)).toEqual(expected.history.map(comparable));
      const texts = history.map(({ paperSystemPrompt }) => paperSystemPrompt);
      expect(texts).toEqual(expected.history.map(({ paperText }) => paperText));
      const episodes = await agent.memory.episodes.list(user, { limit: 100 });
      expect(episodes.map(({ id, groundTruth }) => [id, groundTruth])).toEqual(expected.episodes);
      expect((await agent.status(user)).headVersion).toBe(expected.status.headVersion);
      await agent.memory.episodes.reindex(user);
      const mode = user === "bob" ? "paper" : "default";
      for (const { question, answer, personaVersion } of expected.answers.slice(0, 2)) {
        const turn = await agent.ask(user, question, { settings: { mode } });
        expect(turn).toMatchObject({ answer, personaVersion });
        // As the earlier build was asked: every question over the same memory.
        await agent.memory.episodes.delete(user, turn.episodeId ?? "");
      }
    },
  );

  it("continues its threads", async () => {
    await agent.ask("ada", "And what was it before?", { threadId: "t1" });
    const { messages } = (await agent.graph.getState({ configurable: { thread_id: "t1" } })).values;
    const questions = (messages as BaseMessage[]).filter((message) =>
      HumanMessage.isInstance(message),
    );
    expect(questions.map(({ text }) => text)).toEqual([
      expect.stringContaining("It is Friday"),
      "What did I pick first?",
      "And what was it before?",
    ]);
  });

  it("starts an interrupted alignment again, and one that waited for review", async () => {
    expect(await agent.status("kim")).toMatchObject({ status: "cut-off", due: true });
    const short = { iterations: 1, holdout: 12 } as const;
    const begunAnew = await agent.align("kim", { settings: short });
    expect(begunAnew.iterations).toHaveLength(1);
    expect(await agent.status("kim")).toMatchObject({ status: "idle" });
    const settings = { ...short, review: true, validation: false };
    expect((await agent.align("eve", { settings })).review).not.toBeNull();
    expect((await agent.review("eve", { decision: "approve" })).head.version).toBe(1);
  }, 120_000);
});

describe.skipIf(!hasPostgres)("the records of a database", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres.stop());

  it("are migrated once, also when a process was killed on the way", async () => {
    const url = await postgres.createDatabase();
    await restoreOldData(old, url, false);
    const pool = openPool(url);
    const child = compiled("test/support/processes/migration-child.ts");
    const killed = await promisify(execFile)(process.execPath, [
      child,
      url,
      String(rowsPerStep),
    ]).catch((error: unknown) => error);
    expect(killed).toMatchObject({ signal: "SIGKILL" });
    const { 1: left = 0, ...done } = await versions(pool);
    expect(left).toBeGreaterThan(0);
    expect(Object.values(done).reduce((sum, count) => sum + count, 0)).toBe(2 * rowsPerStep);

    const queries: string[] = [];
    const watched = {
      query: (text: string, values: unknown[]) => {
        queries.push(text);
        return pool.query(text, values);
      },
    } as unknown as pg.Pool;
    await migrateRecords(watched, rowsPerStep);
    // Episodes had one migration more.
    expect(Object.keys(await versions(pool))).toEqual(["2", "3"]);
    queries.length = 0;
    await migrateRecords(watched, rowsPerStep);
    expect(queries).toHaveLength(1);
    await pool.end();
  });

  it("are not overwritten where another process changed them meanwhile", async () => {
    const url = await postgres.createDatabase();
    await restoreOldData(old, url, false);
    const pool = openPool(url);
    const meanwhile = {
      query: async (text: string, values: unknown[]) => {
        if (text.includes("UPDATE public.store SET"))
          await pool.query(`UPDATE public.store SET value = value || '{"query": "changed"}'
            WHERE namespace_path LIKE '%:episodes'`);
        return pool.query(text, values);
      },
    } as unknown as pg.Pool;
    await migrateRecords(meanwhile);
    const { rows } = await pool.query(
      "SELECT DISTINCT value->>'query' AS query FROM public.store WHERE namespace_path LIKE '%:episodes'",
    );
    expect(rows).toEqual([{ query: "changed" }]);
    await pool.end();
  });

  it("of the second format are as they were, and state no options and no scale", async () => {
    const url = await postgres.createDatabase();
    await restoreOldData(old, url, false);
    const pool = openPool(url);
    await migrateRecords(pool);
    const episodes = async () => {
      const { rows } = await pool.query<{ value: { options: unknown; scale: unknown } }>(
        "SELECT value FROM public.store WHERE namespace_path LIKE '%:episodes' ORDER BY key",
      );
      return rows.map(({ value }) => value);
    };
    const migrated = await episodes();
    await pool.query(`UPDATE public.store SET value = (value - 'options' - 'scale') || '{"schemaVersion": 2}'
      WHERE namespace_path LIKE '%:episodes'`);
    await pool.query(`UPDATE public.store SET value = '{"format": 2}' WHERE key = 'records'`);
    expect(await episodes()).not.toEqual(migrated);
    await migrateRecords(pool);
    expect(await episodes()).toEqual(migrated);
    expect(migrated.every(({ options, scale }) => options === null && scale === null)).toBe(true);
    await pool.end();
  });

  it("are refused when a later version wrote them", async () => {
    const url = await postgres.createDatabase();
    await restoreOldData(old, url, false);
    const pool = openPool(url);
    await migrateRecords(pool);
    await pool.query(`UPDATE public.store SET value = '{"format": 4}' WHERE key = 'records'`);
    await expect(migrateRecords(pool)).rejects.toMatchObject({
      code: "memory-record-invalid",
      message: expect.stringContaining("record format 4"),
    });
    await pool.end();
  });
});

/** How many of the records that have migrations are of which version. */
async function versions(pool: pg.Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ version: string; count: string }>(
    `SELECT value->>'schemaVersion' AS version, count(*) FROM public.store
     WHERE namespace_path ~ ':(episodes|personas|alignment)$' GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ version, count }) => [version, Number(count)]));
}

/** What both versions of a checkpoint call alike, and the numbers of its evidence. */
function comparable(
  checkpoint: {
    readonly [Name in "id" | "version" | "status" | "lines" | "reason" | "at" | "author"]: unknown;
  } & { readonly alignment: unknown },
) {
  const { id, version, status, lines, reason, at, author } = checkpoint;
  const { scores, critiques, usage } = (checkpoint.alignment ?? {}) as Record<string, unknown>;
  return { id, version, status, lines, reason, at, author, scores, critiques, usage };
}

/** The server may end a connection that is closing already, when the tests stop it. */
function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url });
  pool.on("error", (error: Error & { readonly code?: string }) => {
    if (error.code !== "57P01") throw error;
  });
  return pool;
}
