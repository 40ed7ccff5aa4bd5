import { describe, expect, it } from "vitest";
import { agentUnderTest, systemOf, threadOf } from "../support/agents/agent-under-test.js";
import { callsTools } from "../support/models/scripted-model.js";

const search = (query: string) => callsTools({ name: "recall_memory", args: { query } });
const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

describe("recall_memory in a turn", () => {
  it("brings nothing that the prompt was given already, by recall or by an earlier search", async () => {
    const drinks = ["tea", "coffee", "cocoa", "water"].map((drink) => `I drink ${drink}.`);
    const { ask, model } = agentUnderTest([
      ...drinks.map(() => "Noted."),
      search("drink"),
      search("drink"),
      "Tea.",
    ]);
    for (const drink of drinks) await ask("ada", drink);
    const settings = { recallSimilar: 1, recallLatest: 0 };
    const { recalled } = await ask("ada", "What do I drink?", { settings });
    const [first, second] = model.calls.slice(-2).map((call) => threadOf(call).at(-1) ?? "");
    const given = model.calls.at(-3);
    const shown = drinks.filter((drink) => systemOf(given).includes(drink));
    expect(shown).toHaveLength(1);
    const found = drinks.filter((drink) => first?.includes(drink));
    expect(new Set([...shown, ...found])).toEqual(new Set(drinks));
    expect(found).toHaveLength(3);
    expect(second).toMatch(/No past interaction of the user was found.*given already/);
    expect(new Set(ids(recalled)).size).toBe(recalled.length);
  });

  it("brings no turn of the thread that the prompt shows, and still as many as asked for", async () => {
    const { ask, model } = agentUnderTest([
      "Noted.",
      "Noted.",
      callsTools({ name: "recall_memory", args: { query: "I drink", limit: 1 } }),
      "Tea.",
    ]);
    await ask("ada", "I drink cocoa at night.");
    await ask("ada", "I drink tea.", { threadId: "t" });
    const settings = { recallSimilar: 0, recallLatest: 0 };
    await ask("ada", "And what do I drink?", { threadId: "t", settings });
    const found = threadOf(model.calls.at(-1)).at(-1);
    expect(found).toContain("I drink cocoa at night.");
    expect(found).not.toContain("I drink tea.");
  });
});
