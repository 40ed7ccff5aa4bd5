import { benefitRuleAfter } from "../../src/domain/alignment/expected-benefit.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startConversationModel } from "../support/models/conversation-model.js";
import type { OpenAiServer } from "../../src/fake-model/openai-server.js";
import {
  agentOverHttp,
  reactingMessage,
  runReactionTrial,
  trialTurns,
} from "../support/users/reacting-user.js";

/** A trial is about a hundred requests; on a busy machine it takes a while. */
const patience = { timeout: 300_000 };

let server: OpenAiServer;
beforeAll(async () => {
  server = await startConversationModel();
});
afterAll(() => server.close());

/** `bench/reactions.ts` runs many trials. */
describe("a user who only ever reacts in conversation", patience, () => {
  it("has a persona that holds the planted preference after 30 turns", async () => {
    const delayMs = 0;
    const agent = agentOverHttp(server.url, {
      backgroundReflection: { delayMs },
      backgroundAlignment: { delayMs },
    });
    let last = "";
    for (let n = 0; n < trialTurns; n++) {
      const message = reactingMessage(n, last === "tea");
      const { answer, degraded } = await agent.ask("ada", message, { threadId: "trip" });
      expect(degraded).toEqual([]);
      last = answer;
      agent.clock.advanceDays(0.01);
    }
    const lines = async () => (await agent.memory.personas.head("ada")).lines;
    await expect
      .poll(lines, { timeout: 120_000 })
      .toMatchObject([{ text: "Takes tea wherever the journey leads." }]);
    // Inferred answers need more evidence.
    const { alignment } = await agent.memory.personas.head("ada");
    const { rule } = alignment?.decision ?? {};
    const limit = rule !== undefined && "harmLimit" in rule ? rule.harmLimit : NaN;
    expect(limit).toBeLessThanOrEqual(benefitRuleAfter(Infinity).harmLimit / 4);
    const { answer } = await agent.ask("ada", "What shall I drink at home?", { threadId: "home" });
    expect(answer).toBe("tea");
    await agent.close();
    server.assertUsedUp();
  });

  it("has a persona that learned nothing when the reactions are random", async () => {
    for (const seed of [1, 2]) {
      const { answers, learned } = await runReactionTrial(server.url, "random", seed);
      expect(answers).toBeGreaterThanOrEqual(20);
      expect(learned).toBe(false);
    }
    server.assertUsedUp();
  });
});
