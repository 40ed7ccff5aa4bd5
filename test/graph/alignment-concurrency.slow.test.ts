import { rm } from "node:fs/promises";
import {
  type BaseCheckpointSaver,
  type BaseStore,
  InMemoryStore,
  MemorySaver,
} from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PersonaCheckpoint } from "../../src/domain/persona/persona-checkpoint.js";
import { personaVersionStatuses } from "../../src/domain/persona/version-history.js";
import type { AlignmentResult } from "../../src/app/alignment-runs/aligner.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../../src/app/persona-agent.js";
import { openPgliteServer } from "../../src/memory/postgres/pglite-server.js";
import { openPostgres } from "../../src/memory/postgres/open-postgres.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { drink, startAlignmentServer } from "../support/servers/alignment-server.js";
import type { OpenAiServer } from "../../src/fake-model/openai-server.js";
import { newDataFolder } from "../support/setup/data-folder.js";

// Opening a database for the first time takes four seconds, and many times that on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const items = 11;
const settings = { batch: 3, holdout: 8, iterations: 2 };
const turns = 50;

let server: OpenAiServer;
let folder: string;
let embedded: Awaited<ReturnType<typeof openPgliteServer>>;
beforeAll(async () => {
  server = await startAlignmentServer();
  folder = await newDataFolder("persona-many-");
  embedded = await openPgliteServer({ folder });
});
afterAll(async () => {
  await embedded?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function agentOver(parts: {
  readonly store: BaseStore;
  readonly checkpointer: BaseCheckpointSaver;
}): PersonaAgent {
  const model = loadChatModel("openai:tiny", { openaiBaseUrl: server.url });
  return createPersonaAgent({ store: parts.store, checkpointer: parts.checkpointer, model });
}

const addDrinks = ({ memory }: PersonaAgent, user: string) =>
  memory.episodes.addMany(
    user,
    Array.from({ length: items }, (_, n) => drink(n)),
  );

/** The same data behind another object, as another process has it. */
function elsewhere(store: BaseStore): BaseStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

async function openAll(kind: "memory" | "embedded") {
  const parts =
    kind === "memory"
      ? {
          store: new InMemoryStore(),
          checkpointer: new MemorySaver(),
          close: async () => undefined,
        }
      : await openPostgres({ url: embedded.url, embedded: true });
  return {
    agents: [agentOver(parts), agentOver(parts)] as const,
    stranger: agentOver({ ...parts, store: elsewhere(parts.store) }),
    close: parts.close,
  };
}

const isResult = (each: unknown): each is AlignmentResult => !(each instanceof Error);

async function expectOneHead(
  log: readonly PersonaCheckpoint[],
  agents: readonly PersonaAgent[],
  user: string,
) {
  const standings = [...personaVersionStatuses(log).values()];
  expect(standings.filter((standing) => standing === "head")).toHaveLength(1);
  const heads = await Promise.all(agents.map(({ memory }) => memory.personas.head(user)));
  expect(new Set(heads.map(({ id }) => id)).size).toBe(1);
  expect(heads[0]?.version).toBe(1);
}

describe.each(["memory", "embedded"] as const)("one user, many at once, %s", (kind) => {
  it("two alignments and fifty turns lose no episode and no checkpoint, and leave one head", async () => {
    const { agents, stranger, close } = await openAll(kind);
    try {
      const [one, other] = agents;
      await addDrinks(one, "ada");
      const [first, second, ...asked] = await Promise.all([
        one.align("ada", { settings }).catch((error: unknown) => error),
        other.align("ada", { settings }).catch((error: unknown) => error),
        ...Array.from({ length: turns }, (_, n) =>
          agents[n % 2]?.ask("ada", `What do I drink on evening ${n}?`),
        ),
      ]);
      // Whichever came second was told so.
      expect([first, second].filter(isResult)).toHaveLength(1);
      expect([first, second]).toContainEqual(
        expect.objectContaining({ code: "memory-alignment-running" }),
      );

      const ids = asked.map((turn) => turn?.episodeId);
      expect(new Set(ids).size).toBe(turns);
      const episodes = (await other.memory.episodes.list("ada", { limit: 100 })).map(
        ({ id }) => id,
      );
      expect(episodes).toHaveLength(items + turns);
      expect(episodes).toEqual(expect.arrayContaining(ids));

      const log = await one.memory.personas.history("ada");
      const [result] = [first, second].filter(isResult);
      expect(log).toHaveLength(1 + (result?.iterations.length ?? 0));
      await expectOneHead(log, [one, other, stranger], "ada");
      expect(await one.memory.alignments.get("ada")).toMatchObject({
        status: "idle",
        runOwner: null,
      });
    } finally {
      await close();
    }
  });

  it("two alignments at the same time lose no checkpoint, and one of them is not taken", async () => {
    const { agents, stranger, close } = await openAll(kind);
    try {
      const [one] = agents;
      await addDrinks(one, "eve");
      const once = { ...settings, iterations: 1 };
      // Both look at the record before either of them has written it.
      const results = await Promise.all([
        one.align("eve", { settings: once }),
        stranger.align("eve", { settings: once }),
      ]);
      expect(results.map(({ head }) => head.version)).toEqual([1, 1]);
      const log = await one.memory.personas.history("eve");
      expect(log).toHaveLength(3);
      expect(new Set(log.map(({ alignment }) => alignment?.runId)).size).toBe(3);
      await expectOneHead(log, [one, stranger], "eve");
    } finally {
      await close();
    }
  });

  it("two alignments of one agent run one after the other", async () => {
    const { agents, close } = await openAll(kind);
    try {
      const [agent] = agents;
      await addDrinks(agent, "bo");
      const [first, second] = await Promise.all([
        agent.align("bo", { settings }),
        agent.align("bo", { settings }),
      ]);
      expect(first.iterations).toMatchObject([{ accepted: true }, { accepted: false }]);
      // It is shown what the first one had rejected, and keeps the lines.
      expect(second.iterations).toMatchObject([{ accepted: false }]);
      const log = await agent.memory.personas.history("bo");
      expect(new Set(log.map(({ alignment }) => alignment?.runId)).size).toBe(3);
      expect((await agent.memory.personas.head("bo")).version).toBe(1);
    } finally {
      await close();
    }
  });
});

describe("an alignment that starts while another agent runs one", () => {
  it("is refused, and leaves the records of the other one unchanged", async () => {
    const store = new InMemoryStore();
    const checkpointer = new MemorySaver();
    const [one, other] = [agentOver({ store, checkpointer }), agentOver({ store, checkpointer })];
    await addDrinks(one, "cleo");
    const stop = vi.spyOn(checkpointer, "deleteThread");
    const comeToo = async () => {
      expect(await other.memory.alignments.get("cleo")).toMatchObject({ status: "running" });
      const deleted = stop.mock.calls.length;
      const refused = await other.align("cleo", { settings }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "memory-alignment-running" });
      expect(stop.mock.calls).toHaveLength(deleted);
    };
    let coming: Promise<void> | undefined;
    const before = await one.align("cleo", {
      settings,
      onEvent: ({ kind }) => {
        if (kind === "alignment-started") coming = comeToo();
      },
    });
    expect(coming).toBeDefined();
    await coming;
    expect(before.iterations).toMatchObject([{ accepted: true }, { accepted: false }]);
  });

  it("continues a run whose end could not be recorded, in the same process", async () => {
    const store = new InMemoryStore();
    const put = store.batch.bind(store) as (operations: unknown[]) => Promise<never>;
    let isDown = false;
    store.batch = ((operations: unknown[]) =>
      isDown
        ? Promise.reject(new Error("The store is away."))
        : put(operations)) as typeof store.batch;
    const agent = agentOver({ store, checkpointer: new MemorySaver() });
    await addDrinks(agent, "dan");
    const failing = agent.align("dan", {
      settings,
      onEvent: ({ kind }) => void (isDown ||= kind === "update-proposed"),
    });
    await expect(failing).rejects.toMatchObject({ code: "memory-store-unavailable" });
    isDown = false;
    expect(await agent.memory.alignments.get("dan")).toMatchObject({ status: "running" });
    const { iterations } = await agent.align("dan", { settings });
    expect(iterations).toMatchObject([{ accepted: true }, { accepted: false }]);
    const log = await agent.memory.personas.history("dan");
    expect(new Set(log.map(({ alignment }) => alignment?.runId)).size).toBe(2);
  });

  it("records the end of a run that a crash cut off after its last step, and asks no model again", async () => {
    const checkpointer = new MemorySaver();
    const { deleteThread } = checkpointer;
    const agent = agentOver({ store: new InMemoryStore(), checkpointer });
    await addDrinks(agent, "eve");
    // The process ends before the thread is deleted and the record says `idle`.
    checkpointer.deleteThread = () => Promise.resolve();
    const before = await agent.align("eve", { settings });
    checkpointer.deleteThread = deleteThread;
    await agent.memory.alignments.update("eve", { status: "running" });

    const after = await agent.align("eve", { settings });
    expect(after.runId).toBe(before.runId);
    expect(after.iterations).toEqual(before.iterations);
    expect(await agent.memory.alignments.get("eve")).toMatchObject({
      status: "idle",
      runOwner: null,
      error: null,
    });
  });
});
