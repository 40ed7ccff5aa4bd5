import {
  emptyCheckpoint,
  InMemoryStore,
  MemorySaver,
  type Operation,
} from "@langchain/langgraph-checkpoint";
import { inspect } from "node:util";
import type { RunnableConfig } from "@langchain/core/runnables";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PersonaAgentError } from "../../../src/system/errors.js";
import { BatchingPostgresStore } from "../../../src/memory/postgres/batching-store.js";
import { openPostgres, type PostgresStorage } from "../../../src/memory/postgres/open-postgres.js";
import { describeStore } from "../../conformance/base-store.js";
import { describeCheckpointer } from "../../conformance/checkpointer.js";
import {
  guardedUser,
  hasPostgres,
  startPostgres,
  type TestPostgres,
} from "../../support/servers/postgres.js";

const memoryStore = new InMemoryStore();
describeStore("InMemoryStore", () => memoryStore, { prefixBy: "labels", takesNul: true });
const memorySaver = new MemorySaver();
describeCheckpointer("MemorySaver", () => memorySaver);

const refusal = (attempt: Promise<unknown>, code: PersonaAgentError["code"]) =>
  attempt.then(
    () => expect.fail("expected a refusal"),
    (error: unknown) => {
      if (!PersonaAgentError.is(error, code)) throw error;
      expect(error.message).not.toContain("\n");
      expect(inspect(error, { depth: 10 })).not.toContain("secret");
      return error.message;
    },
  );

describe("the address of a database", () => {
  it.each([
    "",
    "localhost",
    "mysql://u:secret@h/d",
    "postgresql://u:se%cret@h/d",
    "postgres://u:secret@h:port/d",
  ])("%j is refused, and the error does not repeat it", async (url) => {
    expect(await refusal(openPostgres({ url }), "config-invalid")).toContain("DATABASE_URL");
  });

  it("is named without its password when nothing listens there", async () => {
    const url = "postgresql://ada:secret@127.0.0.1:1/memory";
    const message = await refusal(openPostgres({ url }), "memory-store-unavailable");
    expect(message).toContain('"memory" on 127.0.0.1:1 cannot be reached');
  });
});

describe.skipIf(!hasPostgres)("a real PostgreSQL", () => {
  let server: TestPostgres;
  let storage: PostgresStorage;
  beforeAll(async () => {
    server = await startPostgres();
    storage = await openPostgres({ url: await server.createDatabase() });
  });
  afterAll(async () => {
    await storage?.close();
    await server?.stop();
  });

  describeStore("PostgresStore", () => storage.store, { prefixBy: "characters", takesNul: false });
  describeCheckpointer("PostgresSaver", () => storage.checkpointer);

  it("sends a batch of reads, of writes, or of deletions as one statement", async () => {
    const store = new BatchingPostgresStore({ connectionString: server.url });
    await store.setup();
    const namespace = ["persona", "bundle"];
    const keys = Array.from({ length: 64 }, (_, n) => `k${n}`);
    const query = vi.spyOn(pg.Client.prototype, "query");
    const statementsOf = async (batch: Operation[]) => {
      query.mockClear();
      await store.batch(batch);
      return query.mock.calls.length;
    };
    try {
      expect(await statementsOf(keys.map((key) => ({ namespace, key, value: { key } })))).toBe(1);
      expect(await statementsOf(keys.map((key) => ({ namespace, key })))).toBe(1);
      expect(await statementsOf(keys.map((key) => ({ namespace, key, value: null })))).toBe(1);
    } finally {
      query.mockRestore();
      await store.stop();
    }
  });

  it("keeps a list in parts beside a very large value, under names that stay", async () => {
    const { checkpointer } = storage;
    const said = [1, 2, 3].map((n) => `message ${n} `.repeat(150));
    const config = { configurable: { thread_id: "listed", checkpoint_ns: "" } };
    const put = (id: string, values: Record<string, unknown>, changed: Record<string, number>) =>
      checkpointer.put(
        config,
        {
          ...emptyCheckpoint(),
          id,
          channel_values: values,
          channel_versions: { said: 1, image: 1, ...changed },
        },
        { source: "loop", step: 0, parents: {} },
        changed,
      );
    await put("1f000000-0000-6000-8000-000000000001", { said, image: "" }, { said: 1, image: 1 });
    const values = { said, image: "tea ".repeat(1_500_000) };
    await put("1f000000-0000-6000-8000-000000000002", values, { image: 2 });
    expect((await checkpointer.getTuple(config))?.checkpoint.channel_values).toEqual(values);
    const { pool } = storage.store as BatchingPostgresStore;
    const { rows } = await pool.query<{ parts: string[] }>(
      "SELECT checkpoint -> 'parts' AS parts FROM checkpoints WHERE thread_id = 'listed' ORDER BY checkpoint_id",
    );
    // Of threads that are there, some lists are never written again.
    const names = ["JgW8OmUxfoCVspZglKPPBM", "3TDhLcNcfmVZDNUm3MlSrM"];
    expect(rows.map(({ parts }) => parts)).toEqual([names, names]);
  });

  it("writes a checkpoint in one statement, completely or not at all", async () => {
    const { checkpointer } = storage;
    const channels = { question: "Tea?", answers: ["green", null], nothing: null };
    const put = (id: string, values: Record<string, unknown>, version = 1) => {
      const versions = Object.fromEntries(Object.keys(values).map((name) => [name, version]));
      return checkpointer.put(
        { configurable: { thread_id: "whole", checkpoint_ns: "" } },
        { ...emptyCheckpoint(), id, channel_values: values, channel_versions: versions },
        { source: "loop", step: 0, parents: {} },
        { ...versions, gone: version },
      );
    };
    const query = vi.spyOn(pg.Client.prototype, "query");
    try {
      const config = await put("1f000000-0000-6000-8000-000000000000", channels);
      expect(query).toHaveBeenCalledTimes(1);
      const kept = await checkpointer.getTuple(config);
      expect(kept?.checkpoint.channel_values).toEqual(channels);
    } finally {
      query.mockRestore();
    }
    const long = { ...channels, question: "tea ".repeat(1_500_000) };
    const config = await put("1f000000-0000-6000-8000-000000000001", long, 2);
    expect((await checkpointer.getTuple(config))?.checkpoint.channel_values).toEqual(long);
    // Very large, and of the others nothing changed.
    const larger = { ...long, question: `${long.question}!` };
    const versions = { question: 5, answers: 2, nothing: 2 };
    const next = await checkpointer.put(
      config,
      {
        ...emptyCheckpoint(),
        id: "1f000000-0000-6000-8000-000000000002",
        channel_values: larger,
        channel_versions: versions,
      },
      { source: "loop", step: 0, parents: {} },
      { question: 5 },
    );
    expect((await checkpointer.getTuple(next))?.checkpoint.channel_values).toEqual(larger);
    await put("1f000000-0000-6000-8000-000000000003", long, 6);
    // The channels' rows are as they should be, the checkpoint's is not.
    await expect(put(undefined as never, channels, 3)).rejects.toThrow(/checkpoint_id/);
    const { pool } = storage.store as BatchingPostgresStore;
    const left = await pool.query(
      "SELECT FROM checkpoint_blobs WHERE thread_id = 'whole' AND version = '3'",
    );
    expect(left.rowCount).toBe(0);
    const newest = await checkpointer.getTuple({ configurable: { thread_id: "whole" } });
    expect(newest?.checkpoint.channel_values).toEqual(long);
  });

  it("keeps each long text of a list once for a thread", async () => {
    const { checkpointer } = storage;
    const texts = Array.from({ length: 20 }, (_, n) => `${n} `.repeat(1_000));
    let config: RunnableConfig = { configurable: { thread_id: "parts", checkpoint_ns: "" } };
    for (let version = 1; version <= 20; version += 1)
      config = await checkpointer.put(
        config,
        {
          ...emptyCheckpoint(),
          id: `1f000000-0000-6000-8000-0000000000${version + 10}`,
          channel_values: { texts: texts.slice(0, version) },
          channel_versions: { texts: version },
        },
        { source: "loop", step: version, parents: {} },
        { texts: version },
      );
    const { pool } = storage.store as BatchingPostgresStore;
    const { rows } = await pool.query(
      "SELECT sum(length(blob)) AS bytes FROM checkpoint_blobs WHERE thread_id = 'parts'",
    );
    // Once on its own, and once where it was the last of the list; the rest are names.
    expect(Number(rows[0].bytes)).toBeLessThan(2.2 * texts.join("").length);
    const latest = await checkpointer.getTuple(config);
    expect(latest?.checkpoint.channel_values).toEqual({ texts });
  });

  it("writes the results of many tasks in a few statements, and fails only the faulty task", async () => {
    const { checkpointer } = storage;
    const configurable = { thread_id: "crowd", checkpoint_ns: "" };
    const config = await checkpointer.put(
      { configurable },
      { ...emptyCheckpoint(), id: "1f000000-0000-6000-8000-000000000000" },
      { source: "loop", step: 0, parents: {} },
      {},
    );
    const tasks = Array.from({ length: 64 }, (_, n) => `task-${n}`);
    const query = vi.spyOn(pg.Client.prototype, "query");
    try {
      // No text of PostgreSQL holds a NUL; the rest of its statement is kept all the same.
      const isBad = (task: string) => task === "task-40";
      const kept = await Promise.allSettled(
        tasks.map((task) =>
          checkpointer.putWrites(
            config,
            [
              ["messages", { task }],
              [isBad(task) ? "usage\0" : "usage", 1],
            ],
            task,
          ),
        ),
      );
      expect(tasks.filter((_, n) => kept[n]?.status === "rejected")).toEqual(["task-40"]);
      // One for the first, one for all others, and one for each of those after it had failed.
      expect(query.mock.calls.length).toBeLessThanOrEqual(2 + tasks.length);
      query.mockClear();
      await Promise.all(
        tasks.map((task) => checkpointer.putWrites(config, [["messages", { again: task }]], task)),
      );
      expect(query).toHaveBeenCalledTimes(2);
    } finally {
      query.mockRestore();
    }
    const { pendingWrites = [] } = (await checkpointer.getTuple(config)) ?? {};
    const messages = pendingWrites.filter(([, channel]) => channel === "messages");
    expect(messages.map(([task, , value]) => ({ task, value }))).toEqual(
      tasks
        .filter((task) => task !== "task-40")
        .map((task) => ({ task, value: { task } }))
        .concat({ task: "task-40", value: { again: "task-40" } as never })
        .toSorted((a, b) => (a.task < b.task ? -1 : 1)),
    );
  });

  it("refuses labels that a search would read as a pattern", async () => {
    const batch = ["a", "b"].map((key) => ({ namespace: ["persona", "50%"], key, value: { key } }));
    await expect(storage.store.batch(batch)).rejects.toThrow(/wildcards/);
  });

  it("lets two processes write and delete the same rows at once, in any order", async () => {
    const url = await server.createDatabase();
    const opened = await Promise.all([openPostgres({ url }), openPostgres({ url })]);
    const keys = Array.from({ length: 200 }, (_, n) => `k${n}`);
    const namespace = ["persona", "crowd"];
    const rounds = Array.from({ length: 10 }, (_, round) => round);
    await Promise.all(
      opened.flatMap(({ store }, process) =>
        rounds.map((round) => {
          const order = (round + process) % 2 === 0 ? keys : keys.toReversed();
          const value = round % 3 === 0 ? null : { process, round };
          return store.batch(order.map((key) => ({ namespace, key, value })));
        }),
      ),
    );
    await opened[0]?.store.batch(keys.map((key) => ({ namespace, key, value: { key } })));
    expect(await opened[1]?.store.search(namespace, { limit: 1_000 })).toHaveLength(200);
    await Promise.all(opened.map(({ close }) => close()));
  });

  it("is set up by many processes at once", async () => {
    for (let round = 0; round < 3; round++) {
      const url = await server.createDatabase();
      const opened = await Promise.all(Array.from({ length: 8 }, () => openPostgres({ url })));
      await Promise.all(opened.map(({ store }, i) => store.put(["persona", "a"], `k${i}`, { i })));
      expect(await opened[0]?.store.search(["persona", "a"], { limit: 100 })).toHaveLength(8);
      await Promise.all(opened.map(({ close }) => close()));
    }
  });

  it("searches a namespace by an index, whatever the database's locale", async () => {
    const url = await server.createDatabase();
    const { close } = await openPostgres({ url });
    await (await openPostgres({ url })).close();
    const client = new pg.Client(url);
    await client.connect();
    const insert = `INSERT INTO store (namespace_path, key, value)
      SELECT 'persona:' || md5((n % 500)::text), n::text, '{}' FROM generate_series(1, 20000) n`;
    await client.query(insert);
    await client.query("ANALYZE store");
    const plan = await client.query(
      `EXPLAIN SELECT key FROM store WHERE namespace_path LIKE 'persona:${"a".repeat(30)}%'`,
    );
    await client.end();
    await close();
    expect(JSON.stringify(plan.rows)).toContain("persona_agent_store_prefix");
  });

  it("says in one line that a database does not exist, or that the user lacks rights or has a wrong password", async () => {
    const missing = server.url
      .replace(/postgres$/, "missing")
      .replace("postgres@", "postgres:secret@");
    expect(await refusal(openPostgres({ url: missing }), "memory-store-unavailable")).toContain(
      '"missing" on 127.0.0.1',
    );
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query("CREATE USER reader");
    await client.query(`CREATE USER ${guardedUser} PASSWORD 'right'`);
    await client.end();
    const as = (user: string) => ({ url: server.url.replace("postgres@", `${user}:secret@`) });
    expect(await refusal(openPostgres(as("reader")), "memory-store-unavailable")).toContain(
      "Grant reader CREATE",
    );
    for (const user of ["unknown", guardedUser])
      expect(await refusal(openPostgres(as(user)), "memory-store-unavailable")).toContain(
        `refused the user or the password; expected a PostgreSQL that takes user "${user}"`,
      );
  });

  it("fails only the calls during an outage, and works again after it", async () => {
    const { store, checkpointer } = storage;
    const space = ["persona", "outage"];
    await store.put(space, "before", { n: 1 });
    // A call that is being answered when the connection is cut is the one that once ended the process.
    const cut = store.batch([
      { namespace: space, key: "before" },
      ...Array.from({ length: 2_000 }, () => ({ namespace: space, key: "before" })),
    ]);
    const outcome = expect(cut).rejects.toThrow();
    await server.down();
    await outcome;
    await expect(store.get(space, "before")).rejects.toThrow(/ECONNREFUSED|terminated/);
    const thread = { configurable: { thread_id: "outage" } };
    await expect(checkpointer.getTuple(thread)).rejects.toThrow(/ECONNREFUSED|terminated/);
    await server.up();
    expect((await store.get(space, "before"))?.value).toEqual({ n: 1 });
    expect(await checkpointer.getTuple(thread)).toBeUndefined();
  });

  it("can be closed twice", async () => {
    const opened = await openPostgres({ url: server.url });
    await opened.close();
    await opened.close();
  });
});
