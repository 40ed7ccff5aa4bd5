import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import type { UserArchive } from "../../src/domain/user-archive.js";
import { userKey } from "../../src/domain/user-id.js";
import type { PersonaAgent } from "../../src/app/persona-agent.js";
import type { EpisodeIndex } from "../../src/memory/index/episode-index.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { openPostgres, type PostgresStorage } from "../../src/memory/postgres/open-postgres.js";
import { OfflineEmbeddings } from "../../src/model/offline/offline-embeddings.js";
import { PersonaAgentError } from "../../src/system/errors.js";
import { ScriptedModel } from "../support/models/scripted-model.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/servers/postgres.js";
import { placesOf } from "../support/users/everywhere.js";

const settings = {
  iterations: 1,
  batch: 3,
  holdout: 3,
  minimumItems: 3,
  acceptance: "strict" as const,
  minNetWins: 1,
  significanceLevel: 0.5,
};
const history = Array.from({ length: 8 }, (_, n) => ({
  query: `Which tea at hour ${n}, Zyxomat? Answer with one of: black, green.`,
  answer: n % 2 === 0 ? "black" : "green",
  at: `2026-05-0${n + 1}`,
}));

/** What writes, each with what it begins with. */
const writers: Record<
  string,
  (agent: PersonaAgent, user: string, ids: string[]) => Promise<unknown>
> = {
  "a turn in a thread": (agent, user) =>
    agent.ask(user, "The Zyxomat is red. Which tea?", { threadId: `of ${user}` }),
  "a turn": (agent, user) => agent.ask(user, "The Zyxomat is blue. Which tea?"),
  feedback: (agent, user, [id = ""]) =>
    agent.feedback(user, { episodeId: id, kind: "answer", text: "The Zyxomat's." }),
  "an import": (agent, user) =>
    agent.import([{ user, query: "Where is the Zyxomat?", answer: "Here.", at: "2026-06-01" }]),
  "an interaction from elsewhere": (agent, user) =>
    agent.remember(user, { query: "Is the Zyxomat green?", answer: "yes" }),
  "a reflection": async (agent, user) => {
    await agent.ask(user, "I love the Zyxomat.", { threadId: `reflected ${user}` });
    return agent.reflect(user);
  },
  "an alignment": (agent, user) => agent.align(user, { settings }),
  "a deletion": (agent, user, [id = ""]) => agent.forget(user, id),
  "a time zone": (agent, user) => agent.setLocale(user, { timeZone: "Europe/Paris" }),
  "an archive": async (agent, user) => agent.import(await agent.export(user)),
  "a rebuilt index": (agent, user) => agent.memory.episodes.reindex(user),
};

describe("an erase in the same process", () => {
  it("ends a turn that is under way, which stores nothing in memory or in its thread", async () => {
    const answering = new HeldModel();
    const checkpointer = new MemorySaver();
    const store = new InMemoryStore();
    const agent = createPersonaAgent({ model: answering, store, checkpointer });
    await agent.remember("ada", { query: "Is the Zyxomat red?" });
    const asking = agent.ask("ada", "Which Zyxomat?", { threadId: "t" });
    const waiting = agent.remember("bo", { query: "Somebody else's." });
    await answering.isAsked;
    const ended = expect(asking).rejects.toMatchObject({ code: "memory-user-erased" });
    // What was kept of the thread before the model's call goes, too.
    expect(await agent.erase("ada")).toMatchObject({ erased: { threads: 1 }, left: {} });
    await ended;
    expect(await agent.erase("ada")).toEqual({ user: "ada", erased: {}, left: {} });
    expect((await agent.graph.getState({ configurable: { thread_id: "t" } })).values).toEqual({});
    await waiting;
    expect(await agent.users()).toEqual(["bo"]);
    // A user who comes back is a new one.
    answering.release();
    expect((await agent.ask("ada", "Hello?", { threadId: "t" })).recalled).toEqual([]);
    expect(await agent.list("ada")).toHaveLength(1);
    await agent.close();
  });
});

/** Answers nothing before it is told to. */
class HeldModel extends ScriptedModel {
  readonly isAsked: Promise<void>;
  #asked: () => void = () => undefined;
  #isHeld = true;

  constructor() {
    super(["Red.", "Hello."]);
    this.isAsked = new Promise((resolve) => {
      this.#asked = resolve;
    });
  }

  release() {
    this.#isHeld = false;
  }

  override async _generate(...call: Parameters<ScriptedModel["_generate"]>) {
    this.#asked();
    const { signal } = call[1];
    if (this.#isHeld)
      await new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
      });
    return super._generate(...call);
  }
}

/** For one deployment. */
function parts() {
  const embeddings = new OfflineEmbeddings();
  const { dimensions } = embeddings;
  return { embeddings, index: createInProcessIndex({ name: "offline", dimensions }) };
}

/** Two processes on one database, with what stands before each write of the first. */
describe.skipIf(!hasPostgres)("a user on PostgreSQL", () => {
  let server: TestPostgres;
  let [first, second]: [PostgresStorage?, PostgresStorage?] = [];
  let pool: pg.Pool;
  let [writing, erasing]: [PersonaAgent?, PersonaAgent?] = [];
  let beforeWrite: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    server = await startPostgres();
    [first, second] = await Promise.all([
      openPostgres({ url: server.url }),
      openPostgres({ url: server.url }),
    ]);
    pool = new pg.Pool({ connectionString: server.url, max: 1 });
    pool.on("error", () => undefined);
    const { embeddings, index } = parts();
    const quiet = { embeddings, backgroundAlignment: false, backgroundReflection: false };
    const of = ({ store, checkpointer }: PostgresStorage) => ({ store, checkpointer, ...quiet });
    erasing = createPersonaAgent({ ...of(second), index });
    interrupt(first.store, "writeFenced");
    interrupt(first.checkpointer, "_dumpMetadata");
    interrupt(first.checkpointer, "_dumpWrites");
    const interrupted: EpisodeIndex = { ...index };
    interrupt(interrupted, "upsert");
    writing = createPersonaAgent({ ...of(first), index: interrupted });
  }, 60_000);
  afterAll(async () => {
    await Promise.all([writing?.close(), erasing?.close()]);
    await Promise.all([first?.close(), second?.close(), pool?.end()]);
    await server?.stop();
  });

  function interrupt(target: object, name: string) {
    const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
    Reflect.set(target, name, async (...args: unknown[]) => {
      await beforeWrite();
      return method.apply(target, args);
    });
  }

  it("goes as an archive into an empty deployment, with the same persona, profile and recall", async () => {
    if (erasing === undefined) throw new Error("There is no agent.");
    const user = "mover";
    await erasing.import(history.map((item) => ({ user, ...item })));
    const told = await erasing.ask(user, "I never drink anything but Zyxomat in May.");
    const [first] = await erasing.list(user, { limit: 1 });
    const id = first?.id ?? "";
    await erasing.correct(user, id, "A pot of it.");
    await erasing.forget(user, (await erasing.list(user)).at(-1)?.id ?? "");
    await erasing.setLocale(user, { timeZone: "Europe/Paris" });
    await erasing.memory.personas.append(user, {
      at: "2026-06-01T00:00:00.000Z",
      author: "person",
      status: "active",
      lines: [{ text: "Answers with a colour.", tool: null, evidence: [id] }],
      reason: "A person wrote it.",
      parent: initialPersona,
    });
    await erasing.align(user, { settings });
    const elsewhere = await openPostgres({ url: await server.createDatabase() });
    const { embeddings, index } = parts();
    const empty = createPersonaAgent({ store: elsewhere.store, embeddings, index });
    try {
      const archive = JSON.parse(JSON.stringify(await erasing.export(user))) as UserArchive;
      expect(archive.personas.length).toBeGreaterThan(0);
      expect(archive.withdrawals.length).toBeGreaterThan(0);
      await empty.import(archive);
      const { exportedAt: _, ...given } = archive;
      const { exportedAt: __, ...taken } = await empty.export(user);
      expect(taken).toEqual(given);
      const question = "What of the Zyxomat, black or green?";
      const knownOf = async (agent: PersonaAgent) => ({
        persona: await agent.persona(user),
        profile: await agent.profile(user),
        log: await agent.log(user),
        found: await agent.search(user, question),
        why: (await agent.ask(user, question, { why: true })).why,
      });
      const [before, after] = [await knownOf(erasing), await knownOf(empty)];
      expect(after).toEqual(before);
      expect(before.found.map((each) => each.id)).toContain(told.episodeId);
      expect(before.why?.recalled.length).toBeGreaterThan(0);
    } finally {
      await empty.close();
      await elsewhere.close();
      await erasing.erase(user);
    }
  });

  it.each(Object.entries(writers))(
    "leaves nothing when erased, whichever write of %s in another process that comes before",
    async (name, write) => {
      if (writing === undefined || erasing === undefined) throw new Error("There are no agents.");
      const other = "somebody else";
      if ((await erasing.list(other)).length === 0)
        await erasing.ask(other, "The Zyxomut is mine.", { threadId: "other" });
      const { exportedAt: _, ...kept } = await erasing.export(other);
      let writes = 0;
      // The last round has one write fewer than it waits for: the erase comes when all is done.
      for (let round = 0; round <= writes; round += Math.max(1, Math.floor(writes / 12))) {
        const user = `${name} ${round}`;
        await erasing.import(history.map((item) => ({ user, ...item })));
        const ids = (await erasing.list(user)).map(({ id }) => id);
        let place = 0;
        let erased: unknown;
        beforeWrite = async () => {
          place += 1;
          if (place === round + 1) erased = await erasing?.erase(user);
        };
        const failure = await write(writing, user, ids).then(
          () => null,
          (error: unknown) => error,
        );
        await writing.memory.episodes.settled();
        beforeWrite = async () => undefined;
        if (erased === undefined) erased = await erasing.erase(user);
        else expect(failure === null || PersonaAgentError.is(failure), String(failure)).toBe(true);
        if (round === 0) writes = place;
        writes = Math.max(writes, place);
        expect(erased).toMatchObject({ left: {} });
        const what = `${name}, before write ${round + 1}`;
        expect(await erasing.erase(user), what).toEqual({ user, erased: {}, left: {} });
        expect(await placesOf(pool, user), what).toEqual({});
        expect(await placesOf(pool, "Zyxomat"), what).toEqual({});
        // The mark that keeps late writers away is all, and what the planner knows of it.
        const { "pg_catalog.pg_statistic": _, ...marked } = await placesOf(pool, userKey(user));
        expect(marked, what).toEqual({ "public.store": 1 });
      }
      expect(writes).toBeGreaterThan(0);
      const { exportedAt: __, ...after } = await erasing.export(other);
      expect(after).toEqual(kept);
    },
    300_000,
  );
});
