import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { HumanMessage, type BaseMessage } from "@langchain/core/messages";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { PersonaAgentError } from "../../src/system/errors.js";
import { type OpenAgent, openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { startEmbeddedChroma } from "../../src/memory/chroma/embedded-server.js";
import { startOpenAiServer } from "../../src/fake-model/openai-server.js";
import pg from "pg";
import { CountingEmbeddings } from "../support/models/counting-embeddings.js";
import { ScriptedModel } from "../support/models/scripted-model.js";
import { compiled } from "../support/setup/compiled.js";
import { newDataFolder } from "../support/setup/data-folder.js";
import { collectGarbage } from "../support/setup/collect-garbage.js";

// Opening a database for the first time takes four seconds, and many times that on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** The real embedded services in one folder, opened again and again as a user's processes would. */
describe("an agent with embedded services", () => {
  let folder: string;
  let agent: OpenAgent | undefined;
  const open = async (env: Record<string, string> = {}) =>
    (agent = await openPersonaAgent(env, { dataDir: folder, command: "the first" }));
  const close = async () => {
    await agent?.close();
    agent = undefined;
  };

  beforeAll(async () => void (folder = await newDataFolder("persona-embedded-")));
  afterEach(close);
  afterAll(() => rm(folder, { recursive: true }));

  it("answers, remembers, and recalls everything in the next process at once", async () => {
    const first = await open();
    expect(first.info).toMatchObject({ model: "offline", index: "chroma" });
    const { episodeId } = await first.ask("ada", "I never eat peanuts.", { threadId: "t" });
    await expect(openPersonaAgent({}, { dataDir: folder })).rejects.toSatisfy(
      (error) =>
        PersonaAgentError.is(error, "memory-folder-in-use") &&
        error.message.includes(String(process.pid)) &&
        error.message.includes("the first"),
    );
    await close();

    const second = await open();
    // In another thread: what stands in its own is not recalled.
    const { recalled, degraded } = await second.ask("ada", "May I eat peanuts?");
    expect(recalled.map(({ id }) => id)).toContain(episodeId);
    expect(degraded).toEqual([]);
    const { values } = await second.graph.getState({ configurable: { thread_id: "t" } });
    expect(values.messages[0].text).toBe("I never eat peanuts.");
  });

  it("takes few requests for a turn, whatever its thread", async () => {
    const model = new ScriptedModel(Array.from({ length: 12 }, (_, n) => `Answer ${n}.`));
    const embeddings = new CountingEmbeddings();
    const given = { model, embeddings, embeddingsName: "counting" };
    agent = await openPersonaAgent({}, { dataDir: folder, command: "the first", ...given });
    const sql = vi.spyOn(pg.Client.prototype, "query");
    const real = globalThis.fetch;
    const http = vi.spyOn(globalThis, "fetch");
    try {
      const requestsOf = async (threadId?: string) => {
        for (const mock of [sql, http]) mock.mockClear();
        Object.assign(embeddings, { requests: 0 });
        const called = model.calls.length;
        const answered = new AbortController();
        // Its place in the index may come before the answer, but nothing waits for it: here it comes after.
        http.mockImplementationOnce(async (...request) => {
          if (!answered.signal.aborted) await once(answered.signal, "abort");
          return real(...request);
        });
        await agent?.ask("counted", "Where shall I eat?", { threadId });
        const untilAnswered = sql.mock.calls.length;
        answered.abort();
        await agent?.memory.episodes.settled();
        const calls = model.calls.length - called;
        return {
          untilAnswered,
          sql: sql.mock.calls.length,
          chroma: http.mock.calls.length,
          embeddings: embeddings.requests,
          calls,
        };
      };
      // The first ones make a profile's absence, the collection and the latest episodes known to the process.
      for (const n of [1, 2, 3])
        await agent.ask("counted", `I like tea number ${n}.`, { threadId: "c" });
      await agent.memory.episodes.settled();
      // Entries are read for searches while nothing of the user is written.
      await agent.search("counted", "tea");
      const inThread = await requestsOf("c");
      expect(inThread).toMatchObject({ embeddings: 1, calls: 1 });
      // Whether the user was erased, persona, profile and what a search reads first; the thread; what it found; the step
      // before the model call; the answer; what is there before the episode is written; the episode; the last step.
      expect(inThread.untilAnswered).toBeLessThanOrEqual(8);
      // And that the index has it.
      expect(inThread.sql).toBeLessThanOrEqual(9);
      // The episode: what is searched is in memory.
      expect(inThread.chroma).toBe(1);
      for (const n of [4, 5, 6])
        await agent.ask("counted", `I like tea number ${n}.`, { threadId: "c" });
      await agent.memory.episodes.settled();
      await agent.search("counted", "tea");
      // The question is known by now, and its vector.
      const later = { ...inThread, embeddings: 0 };
      expect(await requestsOf("c")).toEqual(later);
      // Five, and another look for what search found, of which some are copies of one question by now.
      expect((await requestsOf()).sql).toBeLessThanOrEqual(6);
      // A search by itself: what it reads first, and what it found.
      await agent.search("counted", "tea");
      for (const mock of [sql, http]) mock.mockClear();
      await agent.search("counted", "tea");
      expect([sql.mock.calls.length, http.mock.calls.length]).toEqual([2, 0]);
    } finally {
      for (const mock of [sql, http]) mock.mockRestore();
    }
  });

  // Node 24 holds nothing anyway.
  it("holds nothing of a turn once others came after it", async () => {
    const turns = 20;
    const held: WeakRef<BaseMessage>[][] = [];
    const answer = (messages: readonly BaseMessage[]) => {
      held.push(messages.filter(HumanMessage.isInstance).map((each) => new WeakRef(each)));
      return "Noted.";
    };
    const model = new ScriptedModel(Array.from({ length: turns }, () => answer));
    agent = await openPersonaAgent({}, { dataDir: folder, model });
    for (let n = 1; n <= turns; n += 1) {
      await agent.ask("held", `I like tea number ${n}.`, { threadId: "held" });
      // Kept for its assertions.
      model.calls.length = 0;
    }
    await agent.memory.episodes.settled();
    expect(held.map(({ length }) => length)).toEqual(held.map((_, n) => n + 1));
    const isHeld = (messages: WeakRef<BaseMessage>[]) =>
      messages.some((each) => each.deref() !== undefined);
    await vi.waitFor(
      () => {
        collectGarbage();
        // A connection holds the turn in which it was made.
        expect(held.filter(isHeld).length).toBeLessThanOrEqual(5);
      },
      { timeout: 5_000, interval: 200 },
    );
  });

  it("erases a user with the threads in the database, and nobody else", async () => {
    const agent = await open();
    for (const user of ["gone", "here"])
      await agent.ask(user, "I never eat peanuts.", { threadId: `of ${user}` });
    const kept = await agent.export("here");
    expect(await agent.erase("gone")).toMatchObject({
      erased: { episodes: 1, threads: 1 },
      left: {},
    });
    const messagesOf = async (user: string) => {
      const { values } = await agent.graph.getState({ configurable: { thread_id: `of ${user}` } });
      return (values as { messages?: unknown[] }).messages?.length ?? 0;
    };
    expect([await messagesOf("gone"), await messagesOf("here")]).toEqual([0, 2]);
    expect(await agent.erase("gone")).toEqual({ user: "gone", erased: {}, left: {} });
    expect({ ...(await agent.export("here")), exportedAt: kept.exportedAt }).toEqual(kept);
    expect(await agent.search("here", "peanuts")).toHaveLength(1);
  });

  it("is refused while another process has the folder, and opens after that process was killed", async () => {
    const other = spawn(process.execPath, ["--input-type=module", "-e", otherProcess(folder)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(other.stdout, "data");
    await expect(open()).rejects.toThrow(new RegExp(`${other.pid}.*the other`));
    other.kill("SIGKILL");
    await once(other, "exit");
    const { memory } = await open();
    expect(await memory.episodes.latest("eve", 5)).toMatchObject([{ query: "I was here." }]);
  });

  it("fills the index again by itself where Chroma cannot read it any more", async () => {
    const { import: fill, memory } = await open();
    const parrots = Array.from({ length: 120 }, (_, n) => ({
      user: "kim",
      query: `Where do the ${n} parrots live?`,
      answer: `In room ${n}.`,
    }));
    await fill(parrots, { profiles: false });
    await memory.episodes.settled();
    await close();
    const files = await readdir(folder, { recursive: true });
    const notes = files.filter((file) => file.endsWith("index_metadata.pickle"));
    expect(notes).not.toEqual([]);
    // As a server leaves it that is killed while it writes.
    for (const note of notes) await truncate(join(folder, note), 100);

    const { ask, memory: read } = await open();
    const degraded: unknown[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const answered = await ask("kim", `Which room for 4${turn} parrots?`);
      expect(answered.recalled.length).toBeGreaterThan(0);
      degraded.push(answered.degraded);
      await read.episodes.settled();
    }
    expect(degraded).toEqual([["index-unavailable"], ["index-rebuilding"], []]);
  });

  it("rebuilds the index after the embeddings changed, and recalls by words during the rebuild", async () => {
    const server = await startOpenAiServer(({ body }) => ({
      kind: "embeddings",
      vectorOf: (text) => [text.length, 1, String(body["model"]).length],
    }));
    try {
      const changed = await open({
        EMBEDDINGS: "openai:tiny",
        OPENAI_BASE_URL: server.url,
      });
      const meanwhile = await changed.ask("ada", "Are peanuts a problem?");
      expect(meanwhile.degraded).toEqual(["index-rebuilding"]);
      expect(meanwhile.recalled.length).toBeGreaterThan(0);
      await changed.memory.episodes.settled();
      const after = await changed.ask("ada", "And peanuts today?");
      expect(after.degraded).toEqual([]);
      expect(after.recalled.length).toBeGreaterThan(0);
    } finally {
      await close();
      await server.close();
    }
  });
});

describe("a Chroma server that CHROMA_EXCLUSIVE gives to one process", () => {
  it("is asked for a user's entries once, where it is asked at each search otherwise", async () => {
    const folder = await newDataFolder("persona-exclusive-");
    const chroma = await startEmbeddedChroma({ dataFolder: folder });
    const requestsOf = async (env: Record<string, string>) => {
      const agent = await openPersonaAgent(
        { CHROMA_URL: chroma.url, ...env },
        { dataDir: folder, command: "exclusive" },
      );
      try {
        for (const text of ["I never eat peanuts.", "I like tea."]) await agent.ask("ada", text);
        await agent.search("ada", "Any tea?");
        await agent.memory.episodes.settled();
        const http = vi.spyOn(globalThis, "fetch");
        const found = await agent.search("ada", "Any peanuts?");
        const requests = http.mock.calls.length;
        http.mockRestore();
        return { found: found.length, requests };
      } finally {
        await agent.close();
      }
    };
    try {
      const each = await requestsOf({});
      expect(each.requests).toBeGreaterThanOrEqual(2);
      const once = await requestsOf({ CHROMA_EXCLUSIVE: "on" });
      expect(once.requests).toBe(0);
      expect(once.found).toBeGreaterThan(0);
      await expect(requestsOf({ CHROMA_EXCLUSIVE: "yes" })).rejects.toThrow(
        'CHROMA_EXCLUSIVE is "yes"; expected on, or nothing. Correct it or unset it.',
      );
    } finally {
      await chroma.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe("stopping Chroma in the middle of a turn", () => {
  it("does not fail the turn, and the episode is found once Chroma is back", async () => {
    const folder = await newDataFolder("persona-chroma-");
    const first = await startEmbeddedChroma({ dataFolder: folder });
    const port = Number(new URL(first.url).port);
    let stopped: Promise<void> | undefined;
    const agent = await openPersonaAgent({ CHROMA_URL: first.url }, { dataDir: folder });
    try {
      const { degraded, episodeId, answer } = await agent.ask("ada", "I never eat peanuts.", {
        // Recalling is over and writing has not begun.
        onEvent: ({ kind }) => {
          if (kind === "memory-recalled") stopped = first.close();
        },
      });
      await stopped;
      expect(answer).not.toBe("");
      const lost = await agent.ask("ada", "I like tea.");
      expect([...degraded, ...lost.degraded]).toContain("index-unavailable");
      expect(await agent.memory.episodes.get("ada", episodeId ?? "")).not.toBeNull();

      const second = await startEmbeddedChroma({ dataFolder: folder, port });
      try {
        // The user's first episode met no index, so the first search finds it by words and mends the index.
        const both = expect.arrayContaining([episodeId, lost.episodeId]);
        const byWords = await agent.ask("ada", "May I have peanuts, or tea?");
        expect(byWords.recalled.map(({ id }) => id)).toEqual(both);
        await agent.memory.episodes.settled();
        const byIndex = await agent.ask("ada", "Shall I have peanuts, or tea?");
        expect(byIndex.recalled.map(({ id }) => id)).toEqual(both);
        expect(byIndex.degraded).toEqual([]);
        await agent.close();
      } finally {
        await second.close();
      }
    } finally {
      await agent.close();
      await rm(folder, { recursive: true });
    }
  });
});

function otherProcess(dataDir: string): string {
  return `
    import { openPersonaAgent } from ${JSON.stringify(compiled("src/index.ts"))};
    const agent = await openPersonaAgent({}, { dataDir: ${JSON.stringify(dataDir)}, command: "the other" });
    await agent.ask("eve", "I was here.");
    console.log("ready");
    setInterval(() => {}, 1000);
  `;
}
