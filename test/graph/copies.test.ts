import { describe, expect, it } from "vitest";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import { turnAt } from "../support/users/episodes.js";

describe("one question asked again and again", () => {
  it("stands in the prompt once, and leaves room for what the user said", async () => {
    const question = "What can I cook tonight?";
    const { ask, memory, model } = agentUnderTest(["Pasta."]);
    await memory.episodes.addMany("ada", [
      turnAt(1, "I never eat mushrooms.", { threadId: null }),
      ...Array.from({ length: 8 }, (_, n) =>
        turnAt(10 + n, question, { threadId: null, response: `A soup with herb ${n}.` }),
      ),
    ]);
    const { recalled } = await ask("ada", question);
    expect(recalled).toHaveLength(2);
    const prompt = model.calls[0]?.map(({ text }) => text).join("\n") ?? "";
    expect(prompt).toContain("I never eat mushrooms.");
    expect(prompt.match(/A soup with herb/g)).toHaveLength(1);
  });
});
