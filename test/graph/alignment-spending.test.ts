import { afterAll, beforeAll, expect, it } from "vitest";
import type { AlignSettings } from "../../src/graph/align-user.js";
import { createPersonaAgent } from "../../src/graph/create-persona-agent.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { type AlignmentServer, drink, startAlignmentServer } from "../support/alignment-server.js";
import { scriptedUsage } from "../support/openai-server.js";

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

it.each([8, 12, 20, 30, 45])(
  "a run with a budget of %i model calls, each item of which takes two, stays within it and loses nothing",
  async (maxCalls) => {
    const { align, written, head, status } = await ada();
    const { usage, iterations } = await align({ maxCalls });
    // Each item's calls were foreseen; a model that asks for more tools than that is over by those of one step.
    expect(usage.calls).toBeLessThanOrEqual(maxCalls);
    const [checkpoint] = await written();
    expect(checkpoint).toMatchObject({ status: "rejected", lines: [{}] });
    expect(checkpoint?.alignment?.critiques.length).toBeGreaterThan(0);
    expect(iterations[0]?.reason).toMatch(/^Not judged: the budget leaves too few model calls/);
    expect((await head()).version).toBe(0);
    expect(await status()).toMatchObject({ status: "idle", error: null });
  },
);

it("a run whose budget pays for all of it takes the candidate", async () => {
  const { align, head } = await ada();
  const { usage } = await align({ maxCalls: 100, iterations: 1 });
  expect(usage.calls).toBeLessThanOrEqual(100);
  expect((await head()).version).toBe(1);
});

it("a budget of tokens, or of time, ends the run at the next step", async () => {
  const tokens = await ada();
  const first = await tokens.align({ maxTokens: 10 * tokensOfCall });
  expect(first.iterations).toMatchObject([
    { accepted: false, reason: expect.stringContaining("180 tokens a run is spent") },
  ]);
  // What was begun is finished: eight items, answered in two calls each and criticised, after the profile.
  expect(first.usage.calls).toBe(1 + 8 * 3);
  expect((await tokens.head()).version).toBe(0);

  const time = await ada();
  const second = await time.align({ maxSeconds: 0.000_001 });
  expect(second.iterations).toMatchObject([
    { reason: expect.stringContaining("seconds a run is spent") },
  ]);
  expect(second.usage.calls).toBe(1);
});

it("a budget of the day holds over runs", async () => {
  const { align } = await ada();
  const first = await align({ maxCallsPerDay: 30 });
  expect(first.usage.calls).toBeGreaterThan(20);
  const second = await align({ maxCallsPerDay: 30 });
  expect(first.usage.calls + second.usage.calls).toBeLessThanOrEqual(30);
  expect(second.iterations.every(({ accepted }) => !accepted)).toBe(true);
});

it("where no tool can be called, one call an item is reckoned with", async () => {
  const { align, written } = await ada(0);
  const { usage } = await align({ maxCalls: 12, iterations: 1 });
  expect(usage.calls).toBeLessThanOrEqual(12);
  expect((await written())[0]?.lines).toHaveLength(1);
});
