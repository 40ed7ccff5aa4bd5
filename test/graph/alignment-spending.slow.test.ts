import { afterAll, beforeAll, expect, it } from "vitest";
import type { AlignSettings } from "../../src/app/alignment-runs/aligner.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import {
  type AlignmentServer,
  drink,
  startAlignmentServer,
} from "../support/servers/alignment-server.js";
import {
  alignmentUnderTest,
  criticisedOccasion,
  drink as drinkOfAda,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import { proposalOf } from "../support/models/added-lines.js";
import type { AlignmentReplies } from "../support/models/alignment-model.js";
import { scriptedUsage } from "../../src/fake-model/openai-server.js";

const items = 24;
const tokensOfCall = scriptedUsage.total_tokens;

let server: AlignmentServer;
beforeAll(async () => void (server = await startAlignmentServer()));
afterAll(() => server.close());

async function ada(toolRounds = 4) {
  const agent = createPersonaAgent({
    model: loadChatModel("openai:tiny", { openaiBaseUrl: server.url }),
  });
  const episodes = Array.from({ length: items }, (_, n) => drink(n));
  await agent.memory.episodes.addMany("ada", episodes);
  return {
    align: (settings: AlignSettings) =>
      agent.align("ada", { settings: { holdout: 12, toolRounds, ...settings } }),
    written: async () => (await agent.memory.personas.history("ada")).slice(1),
    head: () => agent.memory.personas.head("ada"),
    status: () => agent.memory.alignments.get("ada"),
  };
}

// Of the fewest items, 11: as many answers, three more and eight of the candidate, at two calls each; three critiques and
// the update, 48; and two verdicts on each of 11, as the answers are open.
it.each([26, 69])(
  "a budget of %i model calls does not pay for a judgement, so that none of them is spent",
  async (maxCalls) => {
    const { align, written, head, status } = await ada();
    const before = server.asked.length;
    const { usage, iterations, degraded } = await align({ maxCalls });
    expect(usage.calls).toBe(0);
    expect(server.asked).toHaveLength(before);
    expect(iterations[0]?.reason).toBe(
      `Not started: the budget leaves ${maxCalls} model calls, and judging the smallest update takes about 70.`,
    );
    expect(degraded).toContain("budget-spent");
    expect(await written()).toEqual([]);
    expect((await head()).version).toBe(0);
    expect(await status()).toMatchObject({ status: "idle", error: null });
  },
);

it.each([48, 56, 70, 90])(
  "a run with a budget of %i model calls, each item of which takes two, stays within it and judges an update",
  async (maxCalls) => {
    const { align, written, status } = await ada();
    const { usage } = await align({ maxCalls, judge: false });
    // Each item's calls were foreseen; a model that asks for more tools than that is over by those of one step.
    expect(usage.calls).toBeLessThanOrEqual(maxCalls);
    const [checkpoint] = await written();
    const { critiques = [], decision } = checkpoint?.alignment ?? {};
    expect(critiques.length).toBeGreaterThanOrEqual(3);
    expect(decision?.holdout.items).toBeGreaterThanOrEqual(8);
    expect(await status()).toMatchObject({ status: "idle", error: null });
  },
);

it("a run with a sufficient budget accepts the candidate", async () => {
  const { align, head } = await ada();
  const { usage } = await align({ maxCalls: 130, iterations: 1 });
  expect(usage.calls).toBeLessThanOrEqual(130);
  expect((await head()).version).toBe(1);
});

it("a spent budget of tokens or of time ends the run at the next step", async () => {
  const tokens = await ada();
  const first = await tokens.align({ maxTokens: 10 * tokensOfCall });
  expect(first.iterations).toMatchObject([
    { accepted: false, reason: expect.stringContaining("180 tokens a run is spent") },
  ]);
  expect(first.degraded).toEqual(["budget-spent"]);
  // What was begun is finished: twenty items, answered in two calls each, after five profiles.
  expect(first.usage.calls).toBe(5 + 20 * 2);
  expect((await tokens.head()).version).toBe(0);

  const time = await ada();
  const second = await time.align({ maxSeconds: 0.000_001 });
  expect(second.iterations).toMatchObject([
    { reason: expect.stringContaining("seconds a run is spent") },
  ]);
  expect(second.usage.calls).toBe(5);
});

it("a budget of the day counts all runs", async () => {
  const { align } = await ada();
  const first = await align({ maxCallsPerDay: 90 });
  // Without the first run, the second would begin.
  expect(first.usage.calls).toBeGreaterThan(90 - 70);
  const second = await align({ maxCallsPerDay: 90 });
  expect(first.usage.calls + second.usage.calls).toBeLessThanOrEqual(90);
  expect(second.iterations[0]?.reason).toMatch(/^Not started: the budget/);
  expect(second.iterations.every(({ accepted }) => !accepted)).toBe(true);
});

it("without tools, the estimate is one call for each item", async () => {
  const { align, written } = await ada(0);
  // Of 11 items: as many answers, three critiques, the update, and eleven answers of the candidate.
  const { usage } = await align({ maxCalls: 26, iterations: 1, judge: false });
  expect(usage.calls).toBe(26);
  const [checkpoint] = await written();
  expect(checkpoint?.lines).toHaveLength(1);
  expect(checkpoint?.alignment?.decision?.holdout.items).toBe(8);
});

/** Under this line, one answer gets better, then one worse, and so on. */
const mixedLine = "Comes here on days of any weather.";
const mixed: NonNullable<AlignmentReplies["simulation"]> = (asked) => {
  const isRight = occasionOf(asked) % 2 === 0;
  return isRight !== asked.system.includes(mixedLine) ? "tea" : "coffee";
};

it.each([
  // Five profiles, 16 answers, four critiques, one update, and the candidate's answers to all 16: 42 calls. The next
  // update needs critiques of the answers that got worse, too.
  [
    "is rejected",
    { simulation: mixed, update: () => ({ lines: [mixedLine] }) },
    { maxCalls: 43 },
    false,
  ],
  // And after this one, critiques of the batch: five calls.
  ["is taken", {}, { maxCalls: 46 }, true],
])(
  "after a candidate that %s, no update is begun that the calls left do not pay for",
  async (_what, replies, budget, accepted) => {
    const user = await alignmentUnderTest({ replies });
    // The strict rule asks all items.
    const settings = { ...budget, toolRounds: 0, judge: false, acceptance: "strict" } as const;
    const { usage, degraded, iterations } = await user.run(settings);
    expect(usage.calls).toBe(42);
    expect(iterations).toMatchObject([{ accepted }]);
    expect(degraded).toEqual(["budget-spent"]);
  },
);

it("after the budget of the day is spent, nothing is started, not even the profile", async () => {
  const user = await alignmentUnderTest();
  const budget = { maxCallsPerDay: 30, toolRounds: 0, judge: false };
  await user.run({ ...budget, iterations: 1 });
  const asked = user.model.asked.length;
  await user.memory.episodes.addMany("ada", [drinkOfAda(16)]);
  const { iterations, degraded } = await user.run(budget);
  expect(user.model.asked).toHaveLength(asked);
  expect(iterations[0]?.reason).toMatch(/^Not started: the budget/);
  expect(degraded).toEqual(["profile-not-refreshed", "budget-spent"]);
});

const neutral = (before: number) => ({ lines: [`Comes here for the ${before + 1}th summer.`] });
/** Three proposals that have no word in common. */
const three = {
  decision: "change" as const,
  proposals: ["Reads harbour news", "Walks along windy piers", "Paints old boats"].flatMap((text) =>
    proposalOf([{ text: `${text}.`, items: [1, 2] }]),
  ),
};
/** Right answers to the batch under every line, and wrong ones to what is held out. */
function harmful(): AlignmentReplies {
  const batch = new Set<number>();
  return {
    critique: (asked) => {
      batch.add(criticisedOccasion(asked));
      return {};
    },
    simulation: (asked) => {
      const isCandidate = asked.system.includes("<learned_preferences>");
      const isRight = isCandidate ? batch.has(occasionOf(asked)) : occasionOf(asked) % 2 === 0;
      return isRight ? "tea" : "coffee";
    },
  };
}
// The profiles for simulations are four calls of each.
it.each([
  ["keeps", { update: () => ({}) }, {}, 50],
  ["takes one after its first group", {}, { iterations: 1 }, 66],
  [
    "drops one after its first group",
    { ...harmful(), update: () => neutral(0) },
    { iterations: 1 },
    66,
  ],
  ["judges one to the end", { update: () => neutral(0) }, { iterations: 1 }, 90],
  // The new answers to the batch are criticised before the closing update.
  ["takes one, and then keeps", {}, {}, 75],
  [
    "takes none of one, and then keeps",
    { update: ({ before }) => (before === 0 ? neutral(0) : {}) },
    {},
    91,
  ],
  ["judges three updates", { update: ({ before }) => neutral(before) }, {}, 172],
  [
    "drops three proposals after their first group",
    { ...harmful(), update: () => three },
    { iterations: 1 },
    98,
  ],
  ["follows one of three proposals to the end", { update: () => three }, { iterations: 1 }, 130],
] satisfies [string, AlignmentReplies, AlignSettings, number][])(
  "at the default sizes, a run that %s makes the calls that docs/learning.md says",
  async (_what, replies, settings, calls) => {
    const user = await alignmentUnderTest({ items: 40, replies });
    const { usage } = await user.run(settings);
    expect(usage.calls).toBe(4 + calls);
  },
);
