import { AIMessage } from "@langchain/core/messages";
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../src/domain/alignment/judgement.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import {
  alignmentUnderTest,
  badLine,
  criticisedOccasion,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import type { AlignmentReplies, AskedOfModel } from "../support/models/alignment-model.js";
import { callsTools } from "../support/models/scripted-model.js";
import {
  type AlignmentServer,
  drink as drinkOverHttp,
  startAlignmentServer,
} from "../support/servers/alignment-server.js";

/** No reply below says it word for word, and the wrong one shares more of its words. */
const groundTruth = "A pot of tea, and something to read.";
const beans = "A pot of coffee, and something to eat.";
const leaves = "I would have some tea.";
const longer = `${beans} It is warm, it is dark, and there is always more of it where it came from.`;

const episodes = Array.from({ length: 16 }, (_, n) => drink(n, { groundTruth }));
const once = { iterations: 1, toolRounds: 0 };

/** Ada, to whom the parent offers coffee, and the candidate what `offered` says. */
function ada(offered: string, change: Parameters<typeof alignmentUnderTest>[0] = {}) {
  return alignmentUnderTest({
    episodes,
    settings: once,
    ...change,
    replies: {
      simulation: ({ system }) => (system.includes(goodLine) ? offered : beans),
      verdict: prefersTea,
      ...change.replies,
    },
  });
}

function repliesIn({ thread }: Pick<AskedOfModel, "thread">) {
  const [, a = ""] = /<reply_a>([\s\S]*)<\/reply_a>/.exec(thread) ?? [];
  const [, b = ""] = /<reply_b>([\s\S]*)<\/reply_b>/.exec(thread) ?? [];
  return { a, b };
}

function prefersTea(asked: AskedOfModel): Verdict {
  const { a, b } = repliesIn(asked);
  return a.includes("tea") === b.includes("tea") ? "tie" : a.includes("tea") ? "a" : "b";
}

describe("a judge of open replies", () => {
  it("has a candidate accepted whose replies it prefers in both orders, whatever words they share", async () => {
    const user = await ada(leaves);
    const { iterations, head, usage, degraded } = await user.run();
    expect(iterations).toMatchObject([
      {
        accepted: true,
        parentScore: 0,
        candidateScore: 1,
        holdoutParent: 0,
        holdoutCandidate: 1,
        judgeAgreement: 1,
      },
    ]);
    expect(iterations[0]?.reason).toContain("better on 12 and worse on 0 of 12 held-out items");
    expect(head.lines).toMatchObject([{ text: goodLine }]);
    expect(degraded).toEqual([]);
    expect(user.model.of("verdict")).toHaveLength(2 * 16);
    expect(usage.calls).toBe(user.model.asked.length);
    const [taken] = await user.checkpoints();
    expect(taken?.alignment).toMatchObject({
      judge: { items: 16, agreed: 16 },
      usage: { calls: usage.calls },
    });
    const [first] = taken?.alignment?.scores.holdout ?? [];
    expect(first?.preferred).toBe("candidate");
    // Shared words are kept beside it, and say something else.
    expect(first?.candidate).toBeLessThan(first?.parent ?? 0);
    const events = user.events.filter(({ kind }) => kind === "item-judged");
    expect(events).toHaveLength(16);
    expect(events[0]).toMatchObject({ preferred: "candidate" });
  });

  it.each<[string, (asked: AskedOfModel) => Verdict]>([
    ["whichever stands first", () => "a"],
    ["whichever stands second", () => "b"],
    [
      "what stands first and is longer",
      (asked) => (repliesIn(asked).a.length > repliesIn(asked).b.length ? "a" : "tie"),
    ],
  ])("that prefers %s contradicts itself, so that nothing is accepted", async (_what, verdict) => {
    const user = await ada(longer, { replies: { verdict } });
    const { iterations, head } = await user.run();
    expect(head.version).toBe(0);
    expect(iterations).toMatchObject([
      { accepted: false, parentScore: 0.5, candidateScore: 0.5, judgeAgreement: 0 },
    ]);
    expect(iterations[0]?.reason).toContain("better on 0 and worse on 0 of 12 held-out items");
    const [rejected] = await user.checkpoints();
    expect(rejected?.alignment?.judge).toEqual({ items: 16, agreed: 0 });
  });

  it("is not told which reply is the candidate's: its two requests differ in the order alone", async () => {
    const user = await ada(leaves);
    await user.run();
    const asked = user.model.of("verdict");
    for (let occasion = 0; occasion < 16; occasion++) {
      const [first, second, ...more] = asked.filter((each) => occasionIn(each) === occasion);
      if (first === undefined || second === undefined)
        throw new Error(`Occasion ${occasion} was not judged in both orders.`);
      expect(more).toEqual([]);
      const { a, b } = repliesIn(first);
      expect(new Set([a, b])).toEqual(new Set([beans, leaves]));
      const swapped = first.thread
        .replace(`<reply_a>${a}`, `<reply_a>${b}`)
        .replace(`<reply_b>${b}`, `<reply_b>${a}`);
      expect(second.thread).toBe(swapped);
      expect(second.system).toBe(first.system);
      for (const word of ["candidate", "parent", "persona", goodLine])
        expect(`${first.system}${first.thread}`).not.toContain(word);
    }
    const offeredFirst = asked.map((each) => repliesIn(each).a);
    expect(offeredFirst.filter((reply) => reply === leaves)).toHaveLength(16);
  });

  it("compares the batch first, and a candidate that loses there costs no holdout", async () => {
    const user = await ada(leaves, {
      settings: { ...once, iterations: 2 },
      replies: {
        update: ({ before }) => ({ lines: [before === 0 ? badLine : goodLine] }),
        simulation: ({ system }) =>
          system.includes(badLine) ? beans : system.includes(goodLine) ? leaves : `${leaves}..`,
        critique: (asked) => ({ wrong: `Lost ${criticisedOccasion(asked)}.` }),
      },
    });
    const { iterations } = await user.run();
    expect(iterations[0]).toMatchObject({
      accepted: false,
      reason: "Worse on its own batch: 0, its parent 1.",
      holdoutCandidate: null,
    });
    const [lost] = await user.checkpoints();
    expect(lost?.alignment?.judge).toEqual({ items: 4, agreed: 4 });
    // The next update is shown what the judge preferred the parent's reply for.
    const [, second] = user.model.of("update");
    expect(second?.thread.match(/Critique of its answers: Wrong: Lost \d+\./g)).toHaveLength(4);
  });

  it("shows a person in review which reply it preferred", async () => {
    const user = await ada(leaves, { settings: { ...once, review: true } });
    const { review } = await user.run();
    expect(review?.items).toHaveLength(4);
    for (const item of review?.items ?? [])
      expect(item).toMatchObject({ oldScore: 0, newScore: 1 });
    await user.review("ada", { decision: "edit", lines: [{ text: "Likes it hot." }] });
    const [taken] = await user.checkpoints();
    // Nothing was answered under the person's lines.
    expect(taken?.alignment?.judge).toBeUndefined();
    expect(taken?.alignment?.scores.batch[0]).toEqual({
      episodeId: episodes[12]?.id,
      parent: expect.any(Number),
      candidate: null,
    });
  });
});

describe("no judge is asked", () => {
  const unasked = { verdict: () => new Error("Nobody is to be asked.") };

  it.each([
    [
      "about an item of a benchmark",
      { episodes: episodes.map((each) => ({ ...each, task: "LaMP_4" })) },
    ],
    ["where the setting is off", { settings: { ...once, judge: false } }],
    ["in paper mode", { settings: { ...once, mode: "paper", validation: true, holdout: 12 } }],
  ] satisfies [string, Parameters<typeof alignmentUnderTest>[0]][])(
    "%s: shared words decide",
    async (_where, change) => {
      const update = ({ mode }: AskedOfModel) =>
        mode === "paper" ? goodLine : { lines: [goodLine] };
      const critique = ({ mode }: AskedOfModel) => (mode === "paper" ? "Give leaves." : {});
      const user = await ada(leaves, { ...change, replies: { ...unasked, critique, update } });
      const { iterations } = await user.run();
      expect(iterations).toMatchObject([{ judgeAgreement: null }]);
      const { accepted, parentScore, candidateScore, reason } = iterations[0] ?? {};
      expect(accepted).toBe(false);
      expect(reason).toMatch(/^Worse on its own batch/);
      expect(candidateScore).toBeLessThan(parentScore ?? 0);
      expect(user.model.of("verdict")).toEqual([]);
    },
  );

  it("where the replies are the same, or one says the true answer word for word", async () => {
    const user = await ada(groundTruth, {
      replies: {
        ...unasked,
        simulation: (asked) =>
          asked.system.includes(goodLine) && occasionOf(asked) % 2 === 0 ? groundTruth : beans,
      },
    });
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: null }]);
    expect(iterations[0]?.reason).toContain("better on 6 and worse on 0 of 12 held-out items");
  });
});

describe("a judge without a usable verdict", () => {
  const silent: AlignmentReplies = {
    verdict: (asked) =>
      occasionIn(asked) === 3 ? new AIMessage("Both are fine.") : prefersTea(asked),
  };

  it("makes that item a tie, which the result tells, with its cost", async () => {
    const user = await ada(leaves, { replies: silent });
    const { iterations, degraded, usage } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    expect(iterations[0]?.reason).toContain("better on 11 and worse on 0 of 12");
    expect(degraded).toEqual(["judge-failed"]);
    expect(usage.calls).toBe(user.model.asked.length);
    const [taken] = await user.checkpoints();
    expect(taken?.alignment?.judge).toEqual({ items: 15, agreed: 15 });
    expect(taken?.alignment?.scores.holdout[3]).toMatchObject({ preferred: "neither" });
  });
});

describe("a judge that is away", () => {
  it("ends the run, which is resumed without asking again what it has judged", async () => {
    const model = { isAway: true };
    const user = await ada(leaves, {
      settings: { ...once, concurrency: 1 },
      replies: {
        verdict: (asked) =>
          model.isAway && occasionIn(asked) === 14 ? new Error("overloaded") : prefersTea(asked),
      },
    });
    await expect(user.run()).rejects.toMatchObject({ code: "model-unavailable" });
    const before = user.model.of("verdict").map(occasionIn);
    expect(before).toContain(12);
    model.isAway = false;
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    const after = user.model.of("verdict").slice(before.length).map(occasionIn);
    const finished = before.filter((occasion) => occasion !== 14);
    expect(after.filter((occasion) => finished.includes(occasion))).toEqual([]);
    expect(new Set([...before, ...after]).size).toBe(16);
  });
});

describe("the calls of a judge", () => {
  // Five profiles, four answers and critiques, an update, four answers: 18. With the judge's word on each, 26.
  it.each([
    [25, 14, 0],
    [26, 26, 8],
    // A held-out item takes two answers and two verdicts; eight are the least.
    [57, 26, 8],
    [58, 58, 24],
    [74, 74, 32],
  ])(
    "count: of %i allowed, %i are made, %i of them verdicts",
    async (maxCalls, calls, verdicts) => {
      const user = await ada(leaves);
      const { usage, iterations, degraded } = await user.run({ maxCalls });
      expect(usage.calls).toBe(calls);
      expect(user.model.of("verdict")).toHaveLength(verdicts);
      const isJudged = calls >= 58;
      expect(degraded).toEqual(isJudged ? [] : ["budget-spent"]);
      if (isJudged) expect(iterations[0]?.accepted).toBe(true);
      else
        expect(iterations[0]?.reason).toMatch(/^Not judged: the budget leaves too few model calls/);
    },
  );

  it.each([
    [1, 174],
    [3, 416],
  ])(
    "are, at the default sizes and for %i judged updates, as many as docs/learning.md says",
    async (iterations, calls) => {
      const user = await ada(leaves, {
        episodes: Array.from({ length: 40 }, (_, n) => drink(n, { groundTruth })),
        replies: {
          update: ({ before }) => ({ lines: [`Comes here for the ${before + 1}th summer.`] }),
          // Each candidate says something of its own.
          simulation: ({ system }) => `${beans} ${/the (\d)th summer/.exec(system)?.[1] ?? ""}`,
          verdict: () => "tie",
        },
      });
      const { usage, iterations: done } = await user.run({ iterations });
      expect(done.map(({ accepted }) => accepted)).not.toContain(true);
      expect(usage.calls).toBe(calls);
    },
  );

  it("are not made where the answers took more than was foreseen", async () => {
    const user = await ada(leaves, {
      settings: { iterations: 1, toolRounds: 1, maxCalls: 28 },
      replies: {
        simulation: ({ system, messages }) => {
          if (!system.includes(goodLine)) return beans;
          return messages.at(-1)?.type === "tool"
            ? leaves
            : callsTools({ name: "recall_memory", args: { query: "drink" } });
        },
      },
    });
    const { usage, iterations, degraded } = await user.run();
    expect(iterations[0]?.reason).toBe(
      "Not judged: the budget leaves too few model calls for the judge.",
    );
    expect(user.model.of("verdict")).toEqual([]);
    expect(usage.calls).toBeLessThanOrEqual(28);
    expect(degraded).toEqual(["budget-spent"]);
  });
});

describe("a judge over HTTP", () => {
  let server: AlignmentServer | undefined;
  afterEach(() => server?.close());

  it("compares in both orders, and its word decides", async () => {
    server = await startAlignmentServer();
    const agent = createPersonaAgent({
      model: loadChatModel("openai:tiny", { openaiBaseUrl: server.url }),
    });
    const { memory } = agent;
    await memory.episodes.addMany(
      "ada",
      Array.from({ length: 24 }, (_, n) => drinkOverHttp(n, "a cup of tea")),
    );
    const { iterations, usage } = await agent.align("ada", { settings: { iterations: 1 } });
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    const verdicts = server.asked.filter(({ kind }) => kind === "verdict");
    // Of 24 items every second was answered alike.
    expect(verdicts).toHaveLength(2 * 12);
    expect(usage.calls).toBe(server.requests.length);
    const log = await memory.personas.history("ada");
    expect(log[1]?.alignment?.judge).toEqual({ items: 12, agreed: 12 });
  });
});

function occasionIn({ thread }: Pick<AskedOfModel, "thread">): number {
  return Number(/occasion (\d+)/.exec(thread)?.[1]);
}
