import { setTimeout as delay } from "node:timers/promises";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { maxEarlierTurns } from "../../src/domain/alignment/alignment-item.js";
import { addUsage, noUsage } from "../../src/domain/usage.js";
import { alignmentThreadId } from "../../src/app/alignment-runs/run-thread-id.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { callTokens } from "../support/models/alignment-model.js";
import {
  alignmentUnderTest,
  badLine,
  criticisedOccasion,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import { CountingEmbeddings } from "../support/models/counting-embeddings.js";
import { callsTools } from "../support/models/scripted-model.js";
import { FrozenStore } from "../support/agents/frozen-store.js";
import { turnAt } from "../support/users/episodes.js";

const small = {
  acceptance: "strict",
  batch: 2,
  holdout: 2,
  minimumItems: 2,
  minNetWins: 1,
  significanceLevel: 0.5,
} as const;

const warnings: Error[] = [];
const keep = (warning: Error) => void warnings.push(warning);
beforeAll(() => void process.on("warning", keep));
afterAll(() => void process.off("warning", keep));

describe("an alignment", () => {
  it("replays, criticises, rewrites, validates and writes, and then finds nothing more to change", async () => {
    const user = await alignmentUnderTest();
    const result = await user.run();
    expect(result).toMatchObject({
      user: "ada",
      mode: "default",
      review: null,
      degraded: [],
      head: { version: 1, lines: [{ text: goodLine, tool: null }], paperText: null },
      iterations: [
        { parentScore: 0.5, candidateScore: 1, holdoutParent: 0.5, holdoutCandidate: 1 },
        { parentScore: 1, candidateScore: null, accepted: false },
      ],
    });
    expect(result.iterations[1]?.reason).toBe("Kept: Nothing speaks against them.");
    const [taken, kept] = await user.checkpoints();
    expect(taken).toMatchObject({ status: "active", author: "alignment" });
    expect(taken?.alignment?.decision).toMatchObject({ accepted: true, outcome: "better" });
    const { batch = [] } = taken?.alignment?.scores ?? {};
    expect(taken?.lines[0]?.evidence).toEqual(batch.slice(0, 2).map(({ episodeId }) => episodeId));
    expect(kept).toMatchObject({ status: "rejected", parentId: taken?.id });
    expect(await user.status()).toMatchObject({ status: "idle", runOwner: null, error: null });
  });

  it("searches memory once for each item, while the profile and the update are written", async () => {
    const embeddings = new CountingEmbeddings();
    const index = createInProcessIndex({ name: "offline", dimensions: embeddings.dimensions });
    const searches = vi.spyOn(index, "vectorSearch");
    const untilSearched = async (items: number) => {
      for (let turn = 0; turn < 1_000 && searches.mock.calls.length < items; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      return searches.mock.calls.length;
    };
    const found: Record<string, number> = {};
    const user = await alignmentUnderTest({
      embeddings,
      index,
      replies: {
        profile: async () => {
          found["profile"] = await untilSearched(4);
          return "Drinks a lot.";
        },
        update: async () => {
          found["update"] = await untilSearched(16);
          return { lines: [goodLine] };
        },
      },
    });
    await user.run({ iterations: 1 });
    expect(found).toEqual({ profile: expect.any(Number), update: 16 });
    expect(found["profile"]).toBeGreaterThanOrEqual(4);
    expect(searches).toHaveBeenCalledTimes(16);
  });

  it("answers the next turn under the new lines", async () => {
    const user = await alignmentUnderTest();
    await user.run();
    const { answer, personaVersion } = await user.ask("ada", "What do I drink on occasion 99?");
    expect({ answer, personaVersion }).toEqual({ answer: "tea", personaVersion: 1 });
  });

  it("tells what it does while it does it", async () => {
    const user = await alignmentUnderTest({ items: 4 });
    await user.run({ ...small, iterations: 1, concurrency: 1 });
    const shown = user.events.map((event) => {
      if (event.kind === "item-simulated") return `${event.kind} ${event.persona} ${event.score}`;
      if (event.kind === "update-proposed") return `${event.kind} ${event.decision}`;
      if (event.kind === "candidate-judged") return `${event.kind} ${event.accepted}`;
      if (event.kind === "checkpoint-written")
        return `${event.kind} ${event.version} ${event.status}`;
      return event.kind;
    });
    expect(shown).toEqual([
      "alignment-started",
      // Latest first.
      "item-simulated parent 0",
      "item-simulated parent 1",
      "item-simulated parent 0",
      "item-simulated parent 1",
      "item-criticised",
      "item-criticised",
      "update-proposed change",
      "item-simulated candidate 1",
      "item-simulated candidate 1",
      // The holdout.
      "item-simulated candidate 1",
      "item-simulated candidate 1",
      "candidate-judged true",
      "checkpoint-written 1 active",
    ]);
    expect(user.events[0]).toMatchObject({
      kind: "alignment-started",
      version: 0,
      batch: 2,
      holdout: 2,
      answers: { open: 4, unlisted: { count: 4, answers: ["tea"] } },
    });
  });

  it("makes a task of its own of each simulation and each critique", async () => {
    const user = await alignmentUnderTest({ items: 4 });
    const stream = await user.alignmentGraph.stream(
      {},
      {
        configurable: { thread_id: "tasks" },
        context: { userId: "ada", ...small, iterations: 1 },
        streamMode: "tasks",
      },
    );
    const begun: string[] = [];
    for await (const task of stream) if ("input" in task) begun.push(task.name);
    expect(begun).toEqual([
      "begin-run",
      "draw-simulation-profiles",
      "refresh-profile",
      "select-items",
      ...Array.from({ length: 4 }, () => "simulate"),
      "select-batch",
      "textual-loss",
      "textual-loss",
      "textual-gradient",
      "validate",
      "validate",
      "accept-candidate",
      "validate",
      "validate",
      "accept-candidate",
      "commit-checkpoint",
    ]);
  });

  it("gives rise to no warning of Node, however many items are asked at a time", async () => {
    const user = await alignmentUnderTest({ items: 40 });
    await user.run({ batch: 16, holdout: 24 }, new AbortController().signal);
    await user.run({ validation: false, batch: 16 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  it("lets no item wait for another's answer", async () => {
    let open = 0;
    let answerAll = () => {};
    const allOpen = new Promise<void>((resolve) => (answerAll = resolve));
    const user = await alignmentUnderTest({
      replies: {
        simulation: async () => {
          if ((open += 1) === 16) answerAll();
          await allOpen;
          return "tea";
        },
      },
    });
    await user.run({ batch: 16, validation: false, iterations: 1 });
    expect(open).toBe(16);
  });

  it(
    "fails as soon as the key is refused, though searches for others hang",
    { timeout: 10_000 },
    async () => {
      const embeddings = new CountingEmbeddings();
      const index = createInProcessIndex({ name: "offline", dimensions: embeddings.dimensions });
      const nearest = index.vectorSearch.bind(index);
      let searched = 0;
      vi.spyOn(index, "vectorSearch").mockImplementation((...asked) =>
        (searched += 1) > 1 ? new Promise(() => {}) : nearest(...asked),
      );
      const user = await alignmentUnderTest({
        embeddings,
        index,
        replies: { simulation: () => Object.assign(new Error("no such key"), { status: 401 }) },
      });
      await expect(user.run({ iterations: 1 })).rejects.toThrow(/no such key/);
      expect(user.model.of("simulation")).toHaveLength(1);
    },
  );

  it("keeps each item's own answer from its tools, however many are asked at a time", async () => {
    const answers: string[] = [];
    const user = await alignmentUnderTest({
      episodes: Array.from({ length: 24 }, (_, n) => drink(n, { groundTruth: `tea number ${n}` })),
      replies: {
        simulation: (asked) => {
          const number = occasionOf(asked);
          const told = asked.messages.findLast(({ type }) => type === "tool")?.text;
          if (told === undefined)
            return callsTools({
              name: "recall_memory",
              args: { query: `occasion ${number} tea number ${number}`, limit: 20 },
            });
          const known = [...told.matchAll(/tea number (\d+)</g)].map(([, found]) => Number(found));
          expect(known.every((other) => other < number)).toBe(true);
          answers.push(`${number} ${known.length > 0}`);
          return "tea";
        },
      },
    });
    await user.run({ batch: 16, validation: false, iterations: 1 });
    expect(answers.toSorted()).toEqual(
      Array.from({ length: 16 }, (_, place) => `${place + 8} true`).toSorted(),
    );
  });

  it.each([1, 3])("asks at most as many at a time as are allowed: %d", async (concurrency) => {
    const inWork = { now: 0, most: 0 };
    const user = await alignmentUnderTest({
      replies: {
        simulation: async () => {
          inWork.most = Math.max(inWork.most, (inWork.now += 1));
          await new Promise((resolve) => setImmediate(resolve));
          inWork.now -= 1;
          return "tea";
        },
      },
    });
    const { iterations } = await user.run({ concurrency, iterations: 1 });
    expect(inWork.most).toBe(concurrency);
    expect(iterations).toMatchObject([{ parentScore: 1, candidateScore: 1, holdoutParent: 1 }]);
    expect(user.model.of("simulation")).toHaveLength(2 * 16);
  });

  it("leaves only itself on the thread, and nothing once it is over", async () => {
    const checkpointer = new MemorySaver();
    const seen: string[][] = [];
    const user = await alignmentUnderTest({
      checkpointer,
      replies: {
        update: () => {
          seen.push(
            Object.keys(checkpointer.storage),
            Object.keys(Object.values(checkpointer.storage)[0] ?? {}),
          );
          return {};
        },
      },
    });
    await user.run();
    expect(seen).toEqual([[alignmentThreadId("ada")], [""]]);
    expect(Object.keys(checkpointer.storage)).toEqual([]);
  });
});

describe("an answer that is known already", () => {
  it("is not asked for again when every candidate is rejected", async () => {
    const lines = ["Wants it cold.", "Wants it hot.", "Wants it in a glass."];
    const user = await alignmentUnderTest({
      replies: { update: ({ before }) => ({ lines: [lines[before] ?? ""] }) },
    });
    const { iterations } = await user.run();
    expect(iterations.map(({ accepted }) => accepted)).toEqual([false, false, false]);
    expect(new Set(user.simulated().values())).toEqual(new Set([1]));
    // Sixteen under the parent and under each candidate.
    expect(user.simulated().size).toBe(4 * 16);
    // The parent's answers are criticised once; the candidates lost none.
    expect(user.model.of("critique")).toHaveLength(4);
  });

  it("is not asked for again when candidates are taken", async () => {
    const lines = ["First line.", "Second line.", "Third line."];
    const user = await alignmentUnderTest({
      replies: {
        update: ({ before }) => ({ lines: [lines[before] ?? ""] }),
        // Each line makes a quarter more of the answers right.
        simulation: (asked) =>
          occasionOf(asked) % 4 <= lines.filter((line) => asked.system.includes(line)).length
            ? "tea"
            : "coffee",
      },
    });
    const { iterations } = await user.run({
      acceptance: "strict",
      minNetWins: 1,
      significanceLevel: 0.5,
    });
    expect(iterations.map(({ accepted }) => accepted)).toEqual([true, true, true]);
    expect(new Set(user.simulated().values())).toEqual(new Set([1]));
    expect(user.simulated().size).toBe(4 * 16);
    // Each new parent's answers are criticised, which are the last candidate's.
    expect(user.model.of("critique")).toHaveLength(3 * 4);
  });
});

describe("a rejected candidate", () => {
  it("is kept with its scores, and the next update is shown what it lost", async () => {
    const user = await alignmentUnderTest({
      replies: {
        update: ({ before }) => ({ lines: [before === 0 ? badLine : goodLine] }),
        critique: (asked) => ({ wrong: `Lost ${criticisedOccasion(asked)}.` }),
      },
    });
    const { iterations, head } = await user.run();
    expect(iterations).toMatchObject([
      { accepted: false, parentScore: 0.5, candidateScore: 0, holdoutCandidate: null },
      { accepted: true },
      { accepted: false },
    ]);
    expect(head.lines.map(({ text }) => text)).toEqual([goodLine]);
    const [rejected] = await user.checkpoints();
    expect(rejected).toMatchObject({
      status: "rejected",
      lines: [{ text: badLine }],
      reason: "Worse on its own batch: 0, its parent 0.5.",
    });
    const { batch = [] } = rejected?.alignment?.scores ?? {};
    const right = batch.filter(({ parent }) => parent === 1).map(({ episodeId }) => episodeId);
    expect(right).toHaveLength(2);
    expect(batch).toHaveLength(4);
    expect(batch.map(({ candidate }) => candidate)).toEqual([0, 0, 0, 0]);
    const lost = user.episodes.flatMap(({ id }, n) => (right.includes(id) ? [n] : []));
    const [first, second] = user.model.of("update");
    expect(first?.thread).not.toContain("<rejected_updates>");
    expect(second?.thread).toContain("<rejected_updates>");
    expect(second?.thread).toContain(`Added: ${badLine}`);
    expect(second?.thread).toContain("Outcome: Worse on its own batch");
    // The answers that were right before.
    expect(second?.thread.match(/Critique of its answers: Wrong: Lost \d+\./g)).toEqual(
      lost.map((n) => `Critique of its answers: Wrong: Lost ${n}.`),
    );
  });

  it("is not scored again when the same is proposed, neither in its run nor in the next", async () => {
    const user = await alignmentUnderTest({ replies: { update: () => ({ lines: [badLine] }) } });
    const { iterations } = await user.run({ iterations: 2 });
    expect(iterations[1]).toMatchObject({
      accepted: false,
      candidateScore: null,
      reason: "Nothing of the update can be taken: It was rejected before.",
    });
    expect(user.simulated().size).toBe(16 + 4);
    const before = user.model.of("simulation").length;
    const next = await user.run({ iterations: 1 });
    expect(next.iterations[0]?.reason).toContain("It was rejected before");
    // All items under the parent, and nothing else.
    expect(user.model.of("simulation").length - before).toBe(16);
    expect(user.model.of("update").at(-1)?.thread).toContain(`Added: ${badLine}`);
  });
});

describe("nothing is begun", () => {
  it("with too few answers, and the reason says how many there are", async () => {
    const user = await alignmentUnderTest({ items: 7 });
    const { iterations, head, usage } = await user.run();
    expect(iterations).toMatchObject([{ version: null, accepted: false, parentScore: null }]);
    expect(iterations[0]?.reason).toBe(
      "Not started: 11 different interactions with a true answer are needed, 3 to learn from and 8 to judge by, and the user has 7. Import more, or give feedback.",
    );
    expect(head.version).toBe(0);
    // Nothing was asked, and nothing counts as seen or stands in the log.
    expect(user.model.asked).toEqual([]);
    expect(usage).toEqual(noUsage);
    expect(await user.checkpoints()).toEqual([]);
    expect(await user.overview()).toMatchObject({ newAnswers: 7, due: false, lastOutcome: null });
  });

  it("for a user without episodes, at no cost", async () => {
    const user = await alignmentUnderTest({ episodes: [] });
    const { iterations, usage } = await user.run();
    expect(iterations[0]?.reason).toContain("11 different interactions");
    expect(iterations[0]?.reason).toContain("the user has none.");
    expect(usage).toEqual(noUsage);
    expect(user.model.asked).toEqual([]);
  });

  it("by settings under which no number of answers would be enough, and the reason says so", async () => {
    const user = await alignmentUnderTest();
    const { iterations } = await user.run({ holdout: 5, minimumItems: 6 });
    expect(iterations[0]?.reason).toMatch(/at least 6 .* `holdout` is 5\. Raise it/);
  });

  it("without a true answer, also where nothing judges", async () => {
    const user = await alignmentUnderTest({ episodes: [] });
    const { iterations } = await user.run({ validation: false });
    expect(iterations[0]?.reason).toMatch(/^Not started: the user has no true answer yet\. Import/);
  });

  it("for answers that are blank", async () => {
    const episodes = Array.from({ length: 16 }, (_, n) => drink(n, { groundTruth: " \n" }));
    const user = await alignmentUnderTest({ episodes });
    const { iterations } = await user.run();
    expect(iterations[0]?.reason).toContain("the user has none.");
  });
});

describe("the persona is kept", () => {
  it("where the update model says so, and the evidence is kept too", async () => {
    const user = await alignmentUnderTest({ replies: { update: () => ({ reason: "All fine." }) } });
    const { iterations, head } = await user.run();
    expect(iterations).toMatchObject([
      { accepted: false, reason: "Kept: All fine.", parentScore: 0.5, version: null },
    ]);
    expect(head).toMatchObject({ version: 0, lines: [] });
    expect(user.events.filter(({ kind }) => kind === "candidate-judged")).toEqual([]);
    const [kept] = await user.checkpoints();
    const { decision, scores } = kept?.alignment ?? {};
    expect(decision).toBeNull();
    expect(scores?.holdout.map(({ candidate }) => candidate)).toEqual(Array(12).fill(null));
    expect(kept?.alignment?.critiques).toHaveLength(4);
  });

  it("where every answer of the batch is right and the model sees no reason", async () => {
    const user = await alignmentUnderTest({
      replies: { simulation: () => "tea", update: () => ({}), critique: () => ({ gap: "none" }) },
    });
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ parentScore: 1, accepted: false }]);
    expect(user.model.of("update")[0]?.thread).toContain("4 of 4 scored answers are right.");
  });
});

describe("the cost", () => {
  it("of all checkpoints together is what the model was asked, lost critiques and the profile too", async () => {
    const user = await alignmentUnderTest({
      replies: {
        update: ({ before }) => ({ lines: [[badLine, goodLine][before] ?? "Wants it hot."] }),
        // No critique in any form: asked for three times, and gone without.
        critique: (asked) => (criticisedOccasion(asked) === 13 ? "no" : {}),
      },
    });
    const { usage } = await user.run();
    const records = (await user.checkpoints()).flatMap(({ alignment }) => alignment ?? []);
    expect(records).toHaveLength(3);
    const sum = records.map((record) => record.usage).reduce(addUsage, noUsage);
    const calls = user.model.asked.length;
    expect(sum).toEqual({
      calls,
      tokens: { in: calls * callTokens.in, out: calls * callTokens.out },
    });
    expect(usage).toEqual(sum);
    // The user's, and one for each fold of the items.
    expect(user.model.of("profile")).toHaveLength(1 + 4);
    const [first] = records;
    expect(first?.critiques).toHaveLength(3);
    expect(first?.models).toEqual({ agent: "alignment-model", alignment: "alignment-model" });
  });

  it("counts the time since the iteration began", async () => {
    const user = await alignmentUnderTest({
      replies: {
        update: () => {
          user.clock.advanceDays(1);
          return { lines: [goodLine] };
        },
      },
    });
    const { seconds } = await user.run({ iterations: 1 });
    const [taken] = await user.checkpoints();
    expect(taken?.alignment?.seconds).toBe(86_400);
    expect(seconds).toBe(86_400);
  });
});

describe("an item", () => {
  it("is asked with the earlier turns of its thread, and with no other's", async () => {
    const turns = Array.from({ length: 10 }, (_, n) =>
      turnAt(n, `Follow-up ${n}?`, { groundTruth: n === 9 ? "tea" : null, threadId: "t" }),
    );
    const user = await alignmentUnderTest({
      episodes: [...turns, turnAt(5, "Elsewhere?", { threadId: "other" })],
      replies: { simulation: () => "tea" },
    });
    await user.run({ validation: false, iterations: 1, recallLatest: 0, recallSimilar: 0 });
    const [asked] = user.model.of("simulation");
    const thread = asked?.messages.slice(1).map(({ type, text }) => `${type}: ${text}`);
    const shown = turns.slice(9 - maxEarlierTurns, 9);
    expect(thread).toEqual([
      ...shown.flatMap(({ query, response }) => [`human: ${query}`, `ai: ${response}`]),
      "human: Follow-up 9?",
    ]);
    expect(asked?.system).not.toContain("Elsewhere?");
  });

  it("that only its thread explains can be asked again, and is criticised with what came next", async () => {
    const threadId = "booking";
    const user = await alignmentUnderTest({
      episodes: [
        turnAt(0, "Which hotels are there?", {
          response: "1. The Anchor. 2. The Beacon.",
          threadId,
        }),
        turnAt(1, "The second one, please.", { groundTruth: "The Beacon it is.", threadId }),
        turnAt(2, "> The Beacon\nThat one, and for two nights.", { threadId }),
        turnAt(3, "And what else?", { threadId: "another" }),
      ],
      replies: {
        simulation: ({ thread }) => `${/2\. (The \w+)\./.exec(thread)?.[1] ?? "Nothing"} it is.`,
      },
    });
    await user.run({ validation: false, iterations: 1 });
    const [asked] = user.model.of("simulation");
    expect(asked?.thread).not.toContain("two nights");
    const [criticised] = user.model.of("critique");
    expect(criticised?.thread).toContain("<simulated_answer>The Beacon it is.</simulated_answer>");
    expect(criticised?.thread).toContain(`<earlier_turns>
<question>Which hotels are there?</question>
<response>1. The Anchor. 2. The Beacon.</response>
</earlier_turns>
<question>The second one, please.</question>`);
    expect(criticised?.thread).toContain(
      "<next_message>[quoted text left out] That one, and for two nights.</next_message>",
    );
    expect(criticised?.thread).not.toContain("And what else?");
  });

  it("that is very long is asked and criticised within bounds", async () => {
    const long = `${"How now brown cow? ".repeat(6_000)}What do I drink on occasion 0?`;
    const user = await alignmentUnderTest({ episodes: [drink(0, { query: long })] });
    const { iterations } = await user.run({ validation: false, iterations: 1, threadTokens: 500 });
    expect(iterations[0]?.accepted).toBe(true);
    expect(user.model.of("critique")[0]?.thread.length).toBeLessThan(20_000);
    expect(user.model.of("update")[0]?.thread.length).toBeLessThan(20_000);
  });

  it("that the model says nothing to is wrong, for parent and candidate alike", async () => {
    const user = await alignmentUnderTest({
      replies: {
        simulation: (asked) => (occasionOf(asked) >= 14 ? " " : "tea"),
        update: () => ({ lines: [goodLine] }),
      },
    });
    await user.run({ iterations: 1 });
    const [checkpoint] = await user.checkpoints();
    const { batch = [], holdout = [] } = checkpoint?.alignment?.scores ?? {};
    const silent = user.episodes.slice(14).map(({ id }) => id);
    expect(batch).toHaveLength(4);
    for (const { episodeId, parent, candidate } of [...batch, ...holdout])
      expect([parent, candidate]).toEqual(
        silent.includes(episodeId) ? [0, candidate === null ? null : 0] : [1, candidate && 1],
      );
    // Silence is asked once more, and counted.
    expect(checkpoint?.alignment?.usage.calls).toBe(user.model.asked.length);
  });
});

describe("what a run leaves behind", () => {
  it("is kept before more is asked, also in a run of the graph itself", async () => {
    let writing = 0;
    class SlowSaver extends MemorySaver {
      override async put(...given: Parameters<MemorySaver["put"]>) {
        writing += 1;
        await delay(20);
        writing -= 1;
        return super.put(...given);
      }
    }
    const unkept: number[] = [];
    const user = await alignmentUnderTest({
      checkpointer: new SlowSaver(),
      items: 4,
      replies: {
        critique: () => (unkept.push(writing), {}),
        update: () => (unkept.push(writing), { lines: [goodLine] }),
      },
    });
    const context = { userId: "ada", ...small, iterations: 1 };
    await user.alignmentGraph.invoke({}, { configurable: { thread_id: "graph" }, context });
    expect(unkept.length).toBeGreaterThan(1);
    expect(new Set(unkept)).toEqual(new Set([0]));
  });

  it("names only settings with a value, as a database gives them back", async () => {
    const user = await alignmentUnderTest({ items: 4 });
    const models = { agent: undefined };
    await user.run({ batch: 2, holdout: 2, maxCalls: undefined, models });
    expect((await user.status()).settings).toStrictEqual({ batch: 2, holdout: 2, models: {} });
  });
});

describe("a failure", () => {
  it("of memory in a simulation is told in one line, and the next call goes on", async () => {
    const store = new FrozenStore();
    const away = { isAway: false };
    const [batch, search] = [store.batch.bind(store), store.search.bind(store)];
    const refused = () => Promise.reject(new Error("connection refused"));
    store.batch = (...args) => (away.isAway ? refused() : batch(...args));
    store.search = (...args) => (away.isAway ? refused() : search(...args));
    const user = await alignmentUnderTest({
      store,
      replies: {
        update: ({ thread }) => {
          if (thread.includes(goodLine)) return {};
          away.isAway = true;
          return { lines: [goodLine] };
        },
      },
    });
    const error: unknown = await user.run().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "memory-store-unavailable" });
    away.isAway = false;
    const before = user.model.asked.length;
    const { head } = await user.run();
    expect(head.lines.map(({ text }) => text)).toEqual([goodLine]);
    // What was answered before the failure is not asked again.
    const underParent = [...user.simulated()].filter(([key]) => !key.includes(goodLine));
    expect(new Set(underParent.map(([, count]) => count))).toEqual(new Set([1]));
    expect(user.model.of("update")).toHaveLength(2);
    expect(user.model.asked.slice(before).map(({ kind }) => kind)).not.toContain("profile");
  });

  it.each(["before the model is asked", "in a tool"])(
    "of the index %s ends the run, and the next call goes on",
    async (where) => {
      const isInTool = where === "in a tool";
      const down = { isWanted: true };
      const user = await alignmentUnderTest({
        replies: {
          simulation: ({ before, system }) => {
            if (isInTool && before === 0) {
              user.index.isDown = down.isWanted;
              return callsTools({ name: "recall_memory", args: { query: "Which drink?" } });
            }
            return system.includes(goodLine) ? "tea" : "coffee";
          },
        },
      });
      user.index.isDown = !isInTool;
      const one = { ...small, batch: 1, concurrency: 1, iterations: 1 };
      await expect(user.run(one)).rejects.toMatchObject({ code: "memory-index-unavailable" });
      expect(user.model.of("simulation")).toHaveLength(isInTool ? 1 : 0);
      user.index.isDown = down.isWanted = false;
      const { iterations } = await user.run(one);
      expect(iterations).toMatchObject([{ accepted: true }]);
      // The user's, and one from before the three items.
      expect(user.model.of("profile")).toHaveLength(1 + 1);
    },
  );

  it("of the model in many tasks at once is told as one, and the next call goes on", async () => {
    const model = { isDown: true };
    const user = await alignmentUnderTest({
      replies: { critique: () => (model.isDown ? new Error("overloaded") : {}) },
    });
    const failed = expect.objectContaining({ code: "model-unavailable" });
    await expect(user.run()).rejects.toEqual(failed);
    expect(await user.status()).toMatchObject({
      status: "failed",
      error: { code: "model-unavailable" },
    });
    model.isDown = false;
    const { iterations } = await user.run();
    expect(iterations[0]?.accepted).toBe(true);
    expect(new Set(user.simulated().values())).toEqual(new Set([1]));
    const { scores } = (await user.checkpoints())[0]?.alignment ?? {};
    expect(scores?.batch).toHaveLength(4);
  });

  it.each([3, 20])(
    "of the model at its answer %i leaves none out that waited, once the run goes on",
    async (failing) => {
      const model = { isDown: true };
      const user = await alignmentUnderTest({
        replies: {
          simulation: ({ before, system, ...asked }) => {
            if (model.isDown && before + 1 >= failing)
              return Object.assign(new Error("no such key"), { status: 401 });
            return system.includes(goodLine) || occasionOf(asked) % 2 === 0 ? "tea" : "coffee";
          },
        },
      });
      const settings = { concurrency: 2, iterations: 1 };
      await expect(user.run(settings)).rejects.toMatchObject({ code: "model-key-refused" });
      model.isDown = false;
      const { iterations } = await user.run(settings);
      expect(iterations).toMatchObject([
        { accepted: true, candidateScore: 1, holdoutCandidate: 1 },
      ]);
      const [checkpoint] = await user.checkpoints();
      const { scores, critiques } = checkpoint?.alignment ?? {};
      expect([scores?.batch.length, scores?.holdout.length, critiques?.length]).toEqual([4, 12, 4]);
      expect(scores?.batch.map(({ candidate }) => candidate)).toEqual([1, 1, 1, 1]);
    },
  );
});
