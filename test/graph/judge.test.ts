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
    // The batch, and the first held-out items, which decided.
    expect(iterations[0]?.reason).toMatch(/^Better: .* on 8 held-out items/);
    expect(head.lines).toMatchObject([{ text: goodLine }]);
    expect(degraded).toEqual([]);
    expect(user.model.of("verdict")).toHaveLength(2 * (4 + 8));
    expect(usage.calls).toBe(user.model.asked.length);
    const [taken] = await user.checkpoints();
    expect(taken?.alignment).toMatchObject({
      decision: { batch: { items: 4, wins: 4 }, holdout: { items: 8, wins: 8, losses: 0 } },
      judge: { items: 12, agreed: 12 },
      usage: { calls: usage.calls },
    });
    const [first] = taken?.alignment?.scores.holdout ?? [];
    expect(first?.preferred).toBe("candidate");
    // Shared words are kept beside it, and say something else.
    expect(first?.candidate).toBeLessThan(first?.parent ?? 0);
    const events = user.events.filter(({ kind }) => kind === "item-judged");
    expect(events).toHaveLength(12);
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
    const [rejected] = await user.checkpoints();
    expect(rejected?.alignment?.decision).toMatchObject({
      outcome: "no-benefit",
      holdout: { items: 12, wins: 0, losses: 0 },
    });
    expect(rejected?.alignment?.judge).toEqual({ items: 16, agreed: 0 });
  });

  it("is not told which reply is the candidate's: its two requests differ in the order alone", async () => {
    const user = await ada(leaves);
    // The strict rule asks all items.
    await user.run({ acceptance: "strict" });
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
    const [shown] = review?.items ?? [];
    expect(taken?.alignment?.scores.batch[0]).toEqual({
      episodeId: shown?.episodeId,
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
    const { iterations } = await user.run({ acceptance: "strict" });
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: null }]);
    const [taken] = await user.checkpoints();
    const { batch, holdout } = taken?.alignment?.decision ?? {};
    expect([batch?.losses, holdout?.losses]).toEqual([0, 0]);
    // Every second one of the sixteen.
    expect((batch?.wins ?? 0) + (holdout?.wins ?? 0)).toBe(8);
  });
});

describe("a judge without a usable verdict", () => {
  const silent: AlignmentReplies = {
    verdict: (asked) =>
      occasionIn(asked) === 3 ? new AIMessage("Both are fine.") : prefersTea(asked),
  };

  it("makes that item a tie, which the result tells, with its cost", async () => {
    const user = await ada(leaves, { replies: silent });
    const { iterations, degraded, usage } = await user.run({ acceptance: "strict" });
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    expect(degraded).toEqual(["judge-failed"]);
    expect(usage.calls).toBe(user.model.asked.length);
    const [taken] = await user.checkpoints();
    expect(taken?.alignment?.judge).toEqual({ items: 15, agreed: 15 });
    const { scores, decision } = taken?.alignment ?? {};
    expect(decision).toMatchObject({ batch: { items: 4 }, holdout: { items: 12 } });
    const all = [...(scores?.batch ?? []), ...(scores?.holdout ?? [])];
    const tied = all.filter(({ preferred }) => preferred !== "candidate");
    expect(tied).toMatchObject([{ episodeId: episodes[3]?.id, preferred: "neither" }]);
  });
});

describe("a judge whose key is refused", () => {
  it("ends the run, which is resumed without asking again what it has judged", async () => {
    const model = { isRefused: true };
    const refusal = Object.assign(new Error("no such key"), { status: 401 });
    const occasions: number[] = [];
    const user = await ada(leaves, {
      settings: { ...once, concurrency: 1 },
      replies: {
        verdict: (asked) => {
          occasions.push(occasionIn(asked));
          // The second one, and so in the middle of the batch.
          const isSecond = occasions.at(-1) !== occasions[0];
          return model.isRefused && isSecond ? refusal : prefersTea(asked);
        },
      },
    });
    await expect(user.run()).rejects.toMatchObject({ code: "model-key-refused" });
    const before = occasions.splice(0);
    const [finished, refused] = [...new Set(before)];
    expect(before.filter((occasion) => occasion === finished)).toHaveLength(2);
    model.isRefused = false;
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    expect(occasions).not.toContain(finished);
    expect(occasions).toContain(refused);
    expect(new Set([...before, ...occasions]).size).toBe(4 + 8);
  });
});

describe("the calls of a judge", () => {
  // Of the fewest items, 11: as many answers, three critiques, an update, 11 answers of the candidate and two verdicts on
  // each, 48. Of all 16, with five profiles: 62.
  it.each([26, 47])("are not paid for by %i, so that none is made", async (maxCalls) => {
    const user = await ada(leaves);
    const { usage, iterations } = await user.run({ maxCalls });
    expect(usage.calls).toBe(0);
    expect(iterations[0]?.reason).toMatch(/judging the smallest update takes about 48\.$/);
  });

  it.each([48, 49, 52, 55, 58, 61, 62, 63, 70])(
    "are foreseen: with %i allowed, an update is judged",
    async (maxCalls) => {
      const user = await ada(leaves);
      const { usage, iterations } = await user.run({ maxCalls });
      expect(usage.calls).toBeLessThanOrEqual(maxCalls);
      expect(user.model.of("verdict").length).toBeGreaterThanOrEqual(2 * (3 + 8));
      expect(iterations).toMatchObject([{ accepted: true }]);
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

  it("end the run where the answers take more than was foreseen", async () => {
    const user = await ada(leaves, {
      settings: { iterations: 1, toolRounds: 8, maxCalls: 74 },
      replies: {
        // One look into memory is foreseen.
        simulation: ({ system, messages }) => {
          const isCandidate = system.includes(goodLine);
          return messages.filter(({ type }) => type === "tool").length < (isCandidate ? 6 : 1)
            ? callsTools({ name: "recall_memory", args: { query: "drink" } })
            : isCandidate
              ? leaves
              : beans;
        },
      },
    });
    const { usage, iterations, degraded } = await user.run();
    expect(iterations).toMatchObject([
      { accepted: false, reason: expect.stringMatching(/^Not judged: the budget leaves too few/) },
    ]);
    expect(usage.calls).toBeLessThanOrEqual(74);
    expect(degraded).toContain("budget-spent");
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
    const answered = server.asked.flatMap(({ kind, persona, occasion, hasToolAnswers }) =>
      kind === "simulation" && persona === "good" && hasToolAnswers ? (occasion ?? []) : [],
    );
    // Every second one was answered alike.
    const differing = answered.filter((occasion) => occasion % 2 === 1);
    expect(differing.length).toBeGreaterThan(0);
    const verdicts = server.asked.flatMap(({ kind, occasion }) =>
      kind === "verdict" ? (occasion ?? []) : [],
    );
    const twice = [...differing, ...differing].toSorted((a, b) => a - b);
    expect(verdicts.toSorted((a, b) => a - b)).toEqual(twice);
    expect(usage.calls).toBe(server.requests.length);
    const log = await memory.personas.history("ada");
    const items = differing.length;
    expect(log[1]?.alignment?.judge).toEqual({ items, agreed: items });
  });
});

function occasionIn({ thread }: Pick<AskedOfModel, "thread">): number {
  return Number(/occasion (\d+)/.exec(thread)?.[1]);
}
