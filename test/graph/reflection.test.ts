import { describe, expect, it } from "vitest";
import { OfflineChatModel } from "../../src/model/offline/offline-chat-model.js";
import type { AgentState } from "../../src/state/agent-state.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";

const facts = [
  "I have two cats called Miso and Tofu.",
  "I never eat mushrooms.",
  "I like walking along the river before work.",
  "I prefer trains over planes.",
  "I always drink my coffee black.",
  "I hate horror films.",
  "I enjoy crime novels set in Iceland.",
  "I cannot ride a bicycle.",
  "I need subtitles on every film.",
  "I love thunderstorms.",
  "I usually cook on Sundays.",
  "I want to learn Portuguese.",
];

class CountingModel extends OfflineChatModel {
  reflections = 0;
  override async *_streamResponseChunks(
    ...given: Parameters<OfflineChatModel["_streamResponseChunks"]>
  ) {
    if (given[0][0]?.text.startsWith("Read the latest turns")) this.reflections += 1;
    yield* super._streamResponseChunks(...given);
  }
}

describe("a reflection", () => {
  it("draws a profile from plain conversation, with one call for a burst of turns", async () => {
    const alignmentModel = new CountingModel();
    const agent = agentUnderTest(new OfflineChatModel(), {
      alignmentModel,
      backgroundReflection: { delayMs: 300 },
    });
    for (const fact of facts) await agent.ask("ada", fact, { threadId: "first" });
    await expect
      .poll(() => agent.memory.profiles.current("ada"), { timeout: 20_000 })
      .not.toBeNull();
    await agent.ask("ada", "What do I hate?", { threadId: "second" });
    const { values } = await agent.graph.getState({ configurable: { thread_id: "second" } });
    expect((values as AgentState).userSummary).toContain("I hate horror films");
    expect(alignmentModel.reflections).toBe(1);
  });
});
