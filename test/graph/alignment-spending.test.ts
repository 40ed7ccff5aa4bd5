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
  badLine,
  drink as drinkOfAda,
} from "../support/agents/alignment-under-test.js";
import type { AlignmentReplies } from "../support/models/alignment-model.js";
import { scriptedUsage } from "../support/servers/openai-server.js";

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

it.each([9, 12, 20, 30, 45])(
  "a run with a budget of %i model calls, each item of which takes two, stays within it and loses nothing",
  async (maxCalls) => {
    const { align, written, head, status } = await ada();
    const { usage, iterations, degraded } = await align({ maxCalls });
    // Each item's calls were foreseen; a model that asks for more tools than that is over by those of one step.
    expect(usage.calls).toBeLessThanOrEqual(maxCalls);
    const [checkpoint] = await written();
    expect(checkpoint).toMatchObject({ status: "rejected", lines: [{}] });
    expect(checkpoint?.alignment?.critiques.length).toBeGreaterThan(0);
    expect(iterations[0]?.reason).toMatch(/^Not judged: the budget leaves too few model calls/);
    expect(degraded).toEqual(["budget-spent"]);
    expect((await head()).version).toBe(0);
    expect(await status()).toMatchObject({ status: "idle", error: null });
  },
);

it("a run with a sufficient budget accepts the candidate", async () => {
  const { align, head } = await ada();
  const { usage } = await align({ maxCalls: 100, iterations: 1 });
  expect(usage.calls).toBeLessThanOrEqual(100);
  expect((await head()).version).toBe(1);
});

it("a spent budget of tokens or of time ends the run at the next step", async () => {
  const tokens = await ada();
  const first = await tokens.align({ maxTokens: 10 * tokensOfCall });
  expect(first.iterations).toMatchObject([
    { accepted: false, reason: expect.stringContaining("180 tokens a run is spent") },
  ]);
  expect(first.degraded).toEqual(["budget-spent"]);
  // What was begun is finished: eight items, answered in two calls each and criticised, after five profiles.
  expect(first.usage.calls).toBe(5 + 8 * 3);
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
  const first = await align({ maxCallsPerDay: 30 });
  expect(first.usage.calls).toBeGreaterThan(20);
  const second = await align({ maxCallsPerDay: 30 });
  expect(first.usage.calls + second.usage.calls).toBeLessThanOrEqual(30);
  expect(second.iterations.every(({ accepted }) => !accepted)).toBe(true);
});

it("without tools, the estimate is one call for each item", async () => {
  const { align, written } = await ada(0);
  const { usage } = await align({ maxCalls: 12, iterations: 1 });
  expect(usage.calls).toBeLessThanOrEqual(12);
  expect((await written())[0]?.lines).toHaveLength(1);
});

it.each([
  // Five profiles, the batch and its critiques, one update, and the candidate's answers to the batch: 18 calls.
  ["is rejected", { update: () => ({ lines: [badLine] }) }, { maxCalls: 20 }, 18],
  // And the holdout under both: 42 calls.
  ["is taken", {}, { maxCalls: 46 }, 42],
])(
  "after a candidate that %s, no update is begun that the calls left do not pay for",
  async (_what, replies, budget, calls) => {
    const user = await alignmentUnderTest({ replies });
    const settings = { ...budget, toolRounds: 0, judge: false };
    const { usage, degraded, iterations } = await user.run(settings);
    expect(usage.calls).toBe(calls);
    expect(iterations).toHaveLength(1);
    expect(degraded).toEqual(["budget-spent"]);
  },
);

it("after the budget of the day is spent, nothing is started, not even the profile", async () => {
  const user = await alignmentUnderTest();
  const budget = { maxCallsPerDay: 14, toolRounds: 0, judge: false };
  await user.run({ ...budget, iterations: 1 });
  const asked = user.model.asked.length;
  await user.memory.episodes.addMany("ada", [drinkOfAda(16)]);
  const { iterations, degraded } = await user.run(budget);
  expect(user.model.asked).toHaveLength(asked);
  expect(iterations[0]?.reason).toMatch(/^Not started: the budget/);
  expect(degraded).toEqual(["profile-not-refreshed", "budget-spent"]);
});

const neutral = (before: number) => ({ lines: [`Comes here for the ${before + 1}th summer.`] });
it.each([
  ["keeps", { update: () => ({}) }, {}, 22],
  ["is to judge one update", {}, { iterations: 1 }, 94],
  // The new answers to the batch are criticised before the closing update.
  ["takes one, and then keeps", {}, {}, 103],
  [
    "takes none of one, and then keeps",
    { update: ({ before }) => (before === 0 ? neutral(0) : {}) },
    {},
    95,
  ],
  ["judges three", { update: ({ before }) => neutral(before) }, {}, 176],
] satisfies [string, AlignmentReplies, AlignSettings, number][])(
  "at the default sizes, a run that %s makes the calls that the README says",
  async (_what, replies, settings, calls) => {
    const user = await alignmentUnderTest({ items: 40, replies });
    const { usage } = await user.run(settings);
    expect(usage.calls).toBe(calls);
  },
);
