import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it, vi } from "vitest";
import type { PersonaAgentOptions } from "../../../src/app/persona-agent.js";
import type { AlignSettings } from "../../../src/app/alignment-runs/aligner.js";
import { createBackgroundScheduler } from "../../../src/app/alignment-runs/background-scheduler.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { agentUnderTest } from "../../support/agents/agent-under-test.js";
import { taggedTurn, untaggedTurn } from "../../support/users/planted-versions.js";

/** On a busy machine an alignment takes seconds. */
const patience = { timeout: 20_000 };

const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

/** Alignments that go on until they are told to end. */
function heldAlignments() {
  const begun: { readonly user: string; readonly settings: unknown; end(): void }[] = [];
  const align = (user: string, { settings }: { readonly settings?: unknown } = {}) =>
    new Promise<never>((_resolve, reject) => {
      begun.push({ user, settings, end: () => reject(new Error("It ended.")) });
    });
  return { begun, ...createBackgroundScheduler({ run: align, delayMs: 0 }) };
}

describe("alignments in the background", () => {
  it("make a burst of requests one run, under the settings of the first", async () => {
    const { request, begun } = heldAlignments();
    await Promise.all(range(0, 20).map((n) => request("ada", { recallLatest: n })));
    await request("bob", {});
    await expect.poll(() => begun.map(({ user }) => user), patience).toEqual(["ada", "bob"]);
    expect(begun[0]?.settings).toEqual({ recallLatest: 0 });
    // It runs now.
    await request("ada", {});
    begun[0]?.end();
    await expect.poll(async () => (await request("ada", {}), begun.length), patience).toBe(3);
    expect(begun.map(({ user }) => user)).toEqual(["ada", "bob", "ada"]);
  });

  it("wait anew at each request where requests are debounced, and run under the latest settings", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const ran: unknown[] = [];
      const run = async (user: string, { settings }: { readonly settings: unknown }) =>
        void ran.push([user, settings]);
      const { request, close } = createBackgroundScheduler({ run, isDebounced: true });
      for (let n = 1; n <= 12; n++) {
        await request("ada", { reflectAfter: n });
        await vi.advanceTimersByTimeAsync(4_900);
      }
      expect(ran).toEqual([]);
      await vi.advanceTimersByTimeAsync(100);
      expect(ran).toEqual([["ada", { reflectAfter: 12 }]]);
      await request("ada", {});
      await close();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ran).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("are four of all users at once, and the next in order when one ends", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { request, settled, close, begun } = heldAlignments();
      const users = () => begun.map(({ user }) => user);
      for (const user of ["a", "b", "c", "d", "e", "f", "g"]) await request(user, {});
      await vi.advanceTimersByTimeAsync(0);
      expect(users()).toEqual(["a", "b", "c", "d"]);
      // One that waits for its turn is requested already, and may be dropped.
      await request("f", { recallLatest: 1 });
      await settled("e");
      begun[1]?.end();
      await vi.advanceTimersByTimeAsync(0);
      expect(users()).toEqual(["a", "b", "c", "d", "f"]);
      expect(begun[4]?.settings).toEqual({});
      const closing = close();
      for (const { end } of begun) end();
      await closing;
      await vi.advanceTimersByTimeAsync(0);
      expect(begun).toHaveLength(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it("do not start after close", async () => {
    const { request, close, begun } = heldAlignments();
    await request("ada", {});
    await close();
    await request("ada", {});
    await close();
    expect(begun).toEqual([]);
  });
});

/** The offline model, which may first be made to wait or to fail. */
class HinderedModel extends OfflineChatModel {
  calls = 0;
  hindrance: () => Promise<void> = async () => {};
  override async *_streamResponseChunks(
    ...given: Parameters<OfflineChatModel["_streamResponseChunks"]>
  ) {
    this.calls += 1;
    await this.hindrance();
    yield* super._streamResponseChunks(...given);
  }
}

const isAway = () => Promise.reject(new Error("The model is away."));
const never = () => new Promise<void>(() => {});

/** Ada answered sixteen questions, and has as many that nobody answered. */
async function planted(options: Partial<PersonaAgentOptions> = {}) {
  const model = new HinderedModel();
  const agent = agentUnderTest(model, { backgroundAlignment: { delayMs: 0 }, ...options });
  const { episodes, alignments } = agent.memory;
  await episodes.addMany(
    "ada",
    range(0, 16).map((n) => taggedTurn(n, 0, n % 2 > 0)),
  );
  const questions = range(100, 16).map((n) => untaggedTurn(n, 0, "action"));
  await episodes.addMany("ada", questions);
  const answer = async (n: number) => {
    const given = { episodeId: questions[n]?.id ?? "", kind: "answer", text: "comedy" } as const;
    return (await agent.feedback("ada", { ...given, settings: { alignAfter: 4 } })).alignment;
  };
  const status = async () => (await alignments.get("ada")).status;
  return { ...agent, model, answer, status };
}

describe("an agent with background alignment", () => {
  it("aligns once for a burst of true answers, and counts new ones from there", async () => {
    const { answer, memory, clock, close } = await planted();
    await Promise.all(range(0, 8).map(answer));
    await expect
      .poll(() => memory.alignments.get("ada"), patience)
      .toMatchObject({ status: "idle", seenAt: clock.now().toISOString(), error: null });
    const runs = (await memory.personas.history("ada")).map(({ alignment }) => alignment?.runId);
    expect(new Set(runs.filter(Boolean)).size).toBe(1);
    clock.advanceDays(1);
    expect(await answer(8)).toEqual({ newAnswers: 1, due: false });
    await close();
  });

  it("aligns after interactions that were remembered with a true answer", async () => {
    const requested: string[] = [];
    const { remember } = await planted({
      requestAlignment: async (userId) => void requested.push(userId),
    });
    const told = (user: string, n: number, answer?: string) =>
      remember(user, { query: `What do I watch on evening ${n}?`, answer });
    for (const n of range(0, 11)) await told("bob", n);
    for (const n of range(0, 10)) await told("cleo", n, "comedy");
    expect(requested).toEqual([]);
    await told("cleo", 10, "comedy");
    expect(requested).toEqual(["cleo"]);
  });

  it("records why an alignment failed, and requests one again after as many new answers", async () => {
    const { answer, status, memory, clock, model, close } = await planted();
    model.hindrance = isAway;
    await answer(0);
    await expect.poll(status, patience).toBe("failed");
    expect(await memory.alignments.get("ada")).toMatchObject({
      error: { message: expect.stringContaining("The model is away.") },
    });
    const { calls } = model;
    model.hindrance = async () => {};
    clock.advanceDays(1);
    for (const n of range(1, 3)) expect(await answer(n)).toEqual({ newAnswers: n, due: false });
    expect(await status()).toBe("failed");
    expect(model.calls).toBe(calls);
    expect(await answer(4)).toEqual({ newAnswers: 4, due: true });
    await expect.poll(status, patience).toBe("idle");
    await close();
  });

  it("continues an alignment that its close interrupted, at the user's next turn", async () => {
    const kept = { store: new InMemoryStore(), checkpointer: new MemorySaver() };
    const first = await planted(kept);
    first.model.hindrance = never;
    await first.answer(0);
    // The profile, and those for the simulations.
    await expect.poll(() => first.model.calls, patience).toBe(5);
    await first.close();
    expect(await first.memory.alignments.get("ada")).toMatchObject({
      status: "running",
      runOwner: null,
      error: null,
    });

    const model = new HinderedModel();
    const second = agentUnderTest(model, { ...kept, backgroundAlignment: { delayMs: 0 } });
    const { alignment } = await second.ask("ada", "Hello.", { settings: { alignAfter: 4 } });
    expect(alignment).toEqual({ newAnswers: 0, due: true });
    const status = async () => (await second.memory.alignments.get("ada")).status;
    await expect.poll(status, patience).toBe("idle");
    expect((await second.ask("ada", "Hello again.")).alignment.due).toBe(false);
    await second.close();
  });

  it("does nothing when another run has seen the answers before it begins", async () => {
    const requested: AlignSettings[] = [];
    const { align, answer, memory, model, clock } = await planted({
      requestAlignment: async (_, settings) => void requested.push(settings),
    });
    await answer(0);
    await align("ada");
    const { seenAt } = await memory.alignments.get("ada");
    const { calls } = model;
    clock.advanceDays(1);
    expect(await answer(1)).toEqual({ newAnswers: 1, due: false });
    const { iterations } = await align("ada", { settings: requested[0] ?? {} });
    expect(iterations.map(({ reason }) => reason)).toEqual([
      "Not started: 1 true answer is new since the last alignment, and `minNewAnswers` is 4.",
    ]);
    expect(model.calls).toBe(calls);
    expect(await memory.alignments.get("ada")).toMatchObject({ seenAt, status: "idle" });
    expect(await answer(2)).toEqual({ newAnswers: 2, due: false });
  });

  it("reports that an alignment could not be requested, and still answers", async () => {
    const asked: unknown[] = [];
    const { ask, answer } = await planted({
      async requestAlignment(...given) {
        asked.push(given);
        throw new Error("The server is away.");
      },
    });
    await answer(0);
    const settings = { alignAfter: 1, recallLatest: 1, mode: "paper" } as const;
    const turn = await ask("ada", "Hello.", { settings });
    expect(turn.degraded).toEqual(["alignment-not-scheduled"]);
    expect(turn.alignment).toEqual({ newAnswers: 17, due: true });
    expect(asked).toEqual([
      ["ada", { minNewAnswers: 4 }],
      ["ada", { mode: "paper", recallLatest: 1, minNewAnswers: 1 }],
    ]);
  });

  it("requests an interrupted alignment under the settings that it was started with", async () => {
    const asked: unknown[] = [];
    const { ask, memory } = await planted({
      requestAlignment: async (...given) => void asked.push(given),
    });
    const settings = { review: true, iterations: 1 };
    await memory.alignments.update("ada", { status: "running", runOwner: null, settings });
    await ask("ada", "Hello.", { settings: { alignAfter: 1_000, recallLatest: 1 } });
    expect(asked).toEqual([["ada", settings]]);
  });

  it("requests no alignment while a new persona waits for review", async () => {
    const asked: string[] = [];
    const { answer, memory } = await planted({
      requestAlignment: async (userId) => void asked.push(userId),
    });
    await memory.alignments.update("ada", { status: "review" });
    expect(await answer(0)).toEqual({ newAnswers: 17, due: false });
    expect(asked).toEqual([]);
  });
});
