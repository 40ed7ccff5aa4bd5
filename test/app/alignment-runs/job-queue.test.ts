import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openJobQueue, type JobQueue } from "../../../src/app/alignment-runs/job-queue.js";
import { workOnJobs } from "../../../src/app/alignment-runs/job-worker.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { openPersonaAgent } from "../../../src/app/open-persona-agent.js";
import { PersonaAgentError } from "../../../src/system/errors.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../../support/servers/postgres.js";

const patience = 30_000;
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: patience });

describe.skipIf(!hasPostgres)("the job queue on PostgreSQL", { timeout: patience * 2 }, () => {
  let postgres: TestPostgres;
  let url: string;
  let here: JobQueue;
  let there: JobQueue;
  const said: string[] = [];
  const log = (line: string) => void said.push(line);

  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.createDatabase();
    // Two processes that begin at once, on a database that has nothing yet.
    [here, there] = await Promise.all([openJobQueue({ url, log }), openJobQueue({ url, log })]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([here?.close(), there?.close()]);
    await postgres?.stop();
  });

  const sql = async (text: string, values: unknown[] = []) => {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text, values);
    await client.end();
    return rows;
  };
  /** As if the delay had passed. */
  const ripen = () => sql("UPDATE persona_agent_jobs.job SET start_after = now()");

  it("keeps one waiting job a user and kind, whoever requests it, and gives it to one process", async () => {
    await Promise.all(
      [here, there, here].flatMap((queue) => [
        queue.requestAlignment("ada", { batch: 3 }),
        queue.requestReflection("ada", {}),
      ]),
    );
    expect(await here.counts()).toEqual({ waiting: 2, running: 0, dead: 0 });
    expect(await here.take("alignment")).toBeNull();
    await ripen();
    const taken = await Promise.all([here, there].map((queue) => queue.take("alignment")));
    const [job, none] = taken[0] === null ? taken.toReversed() : taken;
    expect(none).toBeNull();
    expect(job).toMatchObject({ userId: "ada", settings: { batch: 3 }, retries: 0 });
    await job?.complete();
    expect(await there.counts()).toMatchObject({ waiting: 1, running: 0 });
    await here.delete("ada");
  });

  it("never gives two jobs of one user at once, and loses none of them", async () => {
    await here.requestAlignment("bob", {});
    await ripen();
    const first = await here.take("alignment");
    await there.requestAlignment("bob", {});
    await ripen();
    // Neither to another process nor to the same one; other users' jobs are not held up.
    expect(await there.take("alignment")).toBeNull();
    await ripen();
    expect(await here.take("alignment")).toBeNull();
    await here.requestAlignment("eve", {});
    await sql("UPDATE persona_agent_jobs.job SET start_after = now() WHERE singleton_key <> $1", [
      "",
    ]);
    const others = [await there.take("alignment"), await there.take("alignment")];
    expect(others.map((each) => each?.userId)).toContain("eve");
    await first?.complete();
    await others.find((each) => each !== null)?.complete();
    await ripen();
    const second = await there.take("alignment");
    expect(second?.userId).toBe("bob");
    await second?.complete();
    expect(await here.counts()).toMatchObject({ waiting: 0, running: 0 });
  });

  it("gives a user's next job to any process, also after the first that a process did", async () => {
    const fresh = await openJobQueue({ url, log });
    await here.requestAlignment("cat", {});
    await ripen();
    await (await fresh.take("alignment"))?.complete();
    await here.requestAlignment("cat", {});
    await ripen();
    const next = await there.take("alignment");
    expect(next?.userId).toBe("cat");
    await next?.complete();
    await fresh.close();
  });

  it("gives the job of a process that ended to another one, and no job of a living one", async () => {
    const dying = await openJobQueue({ url, log });
    await here.requestAlignment("dee", { batch: 4 });
    await ripen();
    expect(await dying.take("alignment")).not.toBeNull();
    await sql("UPDATE persona_agent_jobs.job SET started_on = now() - interval '1 minute'");
    expect(await there.recover()).toBe(0);
    // Its connections end with it.
    await dying.close();
    expect(await there.recover()).toBe(1);
    const again = await there.take("alignment");
    expect(again).toMatchObject({ userId: "dee", settings: { batch: 4 }, retries: 0 });
    await again?.complete();
  });

  it("does not put a job back that was deleted with its user meanwhile", async () => {
    await here.requestAlignment("erased", {});
    await ripen();
    const job = await here.take("alignment");
    await there.delete("erased");
    await job?.putBack(0);
    expect(await there.count("erased")).toBe(0);
  });

  it("says in one line that it cannot be opened, and leaves no connection", async () => {
    await expect(openJobQueue({ url: `${url}_missing`, log })).rejects.toThrow(
      /^The database "\w+_missing" on 127.* does not exist; expected/,
    );
    await sql("DROP ROLE IF EXISTS nobody");
    await sql("CREATE ROLE nobody LOGIN");
    const fresh = (await postgres.createDatabase()).replace("postgres@", "nobody@");
    await expect(openJobQueue({ url: fresh, log })).rejects.toMatchObject({
      code: "memory-store-unavailable",
    });
    const left = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'nobody'";
    await eventually(async () => expect(await sql(left)).toEqual([{ count: "0" }]));
  });

  it("tries a failed job again, and after the last try keeps it for people to see", async () => {
    await here.requestReflection("fay", {});
    await ripen();
    await (await here.take("reflection"))?.fail(new Error("The model\nis away."));
    expect(await here.counts()).toMatchObject({ waiting: 1, dead: 0 });
    await ripen();
    const second = await here.take("reflection");
    expect(second?.retries).toBe(1);
    await sql("UPDATE persona_agent_jobs.job SET retry_count = retry_limit WHERE state = 'active'");
    await second?.fail(new Error("The model is away."));
    expect(await here.counts()).toMatchObject({ waiting: 0, dead: 1 });
    const [dead] = await there.dead("fay");
    expect(dead).toMatchObject({ kind: "reflection", user: "fay", error: "The model is away." });
    expect(await there.dead("ada")).toEqual([]);

    const agent = createPersonaAgent({ userJobs: here, backgroundReflection: false });
    await agent.ask("fay", "I like tea.");
    const { user: _, ...shown } = dead ?? { user: "" };
    expect((await agent.status("fay")).deadJobs).toEqual([shown]);
    expect(await agent.erase("fay")).toMatchObject({ erased: { jobs: 1 }, left: {} });
    expect((await agent.status("fay")).deadJobs).toEqual([]);
    expect(await sql("SELECT * FROM persona_agent_jobs.job WHERE data->>'userId' = 'fay'")).toEqual(
      [],
    );
  });

  describe("a worker", () => {
    type Work = Parameters<typeof workOnJobs>[1];
    const overview = { status: "idle", newAnswers: 3 } as Awaited<ReturnType<Work["status"]>>;
    const working = (agent: Partial<Work>) => {
      const stopped = new AbortController();
      const done = workOnJobs(
        here,
        {
          status: async () => overview,
          reflect: () => Promise.reject(new Error("unexpected")),
          align: () => Promise.reject(new Error("unexpected")),
          ...agent,
        },
        { signal: stopped.signal, log, pollMs: 50 },
      );
      return async () => {
        stopped.abort();
        await done;
      };
    };

    it("aligns under the settings of the request", async () => {
      const align = vi.fn<Work["align"]>(async () => ({}) as never);
      await here.requestAlignment("gus", { batch: 5 });
      await ripen();
      const stop = working({ align });
      await eventually(async () =>
        expect(await here.counts()).toMatchObject({ waiting: 0, running: 0 }),
      );
      expect(align.mock.calls).toMatchObject([["gus", { settings: { batch: 5 } }]]);
      await stop();
    });

    it("asks for nothing where an earlier run has seen all answers, or a person is to decide", async () => {
      const stop = working({
        status: async (user) => ({
          ...overview,
          ...(user === "hal" ? { newAnswers: 0 } : { status: "review" }),
        }),
      });
      await here.requestAlignment("hal", {});
      await here.requestAlignment("ivy", {});
      await ripen();
      await eventually(async () =>
        expect(await here.counts()).toMatchObject({ waiting: 0, running: 0, dead: 0 }),
      );
      await stop();
    });

    it("comes back to a user whose run another process makes", async () => {
      const align = vi.fn<Work["align"]>(() =>
        Promise.reject(new PersonaAgentError("memory-alignment-running", "It runs.")),
      );
      const stop = working({ align });
      await here.requestAlignment("jan", {});
      await ripen();
      await eventually(() => expect(align).toHaveBeenCalledTimes(1));
      await eventually(async () =>
        expect(await here.counts()).toMatchObject({ waiting: 1, running: 0 }),
      );
      await stop();
      const [row] = await sql(
        "SELECT retry_count FROM persona_agent_jobs.job WHERE state = 'created'",
      );
      expect(row?.["retry_count"]).toBe(0);
      await here.delete("jan");
    });

    it("gives what is under way back when it is stopped", async () => {
      const align = vi.fn<Work["align"]>(
        (_user, options) =>
          new Promise((_resolve, reject) => {
            options?.signal?.addEventListener("abort", () =>
              reject(options.signal?.reason as Error),
            );
          }),
      );
      const stop = working({ align });
      await here.requestAlignment("kim", {});
      await ripen();
      await eventually(() => expect(align).toHaveBeenCalledTimes(1));
      await stop();
      expect(await here.counts()).toMatchObject({ waiting: 1, running: 0, dead: 0 });
      await here.delete("kim");
    });
  });
});

it("is refused without a database that workers can reach", async () => {
  await expect(
    openPersonaAgent({ JOBS: "postgres", INDEX: "in-process" }, {}),
  ).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringMatching(/^JOBS is set without DATABASE_URL/),
  });
  await expect(openPersonaAgent({ JOBS: "redis" }, {})).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringMatching(/^JOBS is "redis"; expected postgres/),
  });
});
