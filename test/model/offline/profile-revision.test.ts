import { HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { ask } from "../../../src/model/ask-structured.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { renderAnswerCounts, renderHistory } from "../../../src/prompts/learning/history.js";
import {
  profileRevisionPrompt,
  profileRevisionSchema,
  renderCurrentStatements,
} from "../../../src/prompts/learning/profile-revision.js";

/** The offline model's revision of these statements, by the request that a refresh makes. */
async function revise(
  statements: readonly string[],
  fresh: readonly (readonly [question: string, answer: string | null])[],
  counts: Readonly<Record<string, number>>,
) {
  const episode = (query: string, answer: string | null) => ({
    id: "",
    at: null,
    query,
    groundTruth: answer,
  });
  const all = Object.entries(counts).flatMap(([answer, count]) =>
    Array.from({ length: count }, () => episode("", answer)),
  );
  const prompt = profileRevisionPrompt.render({
    statements: renderCurrentStatements(
      statements.map((text) => ({ text, interactions: 3, latest: "2025-01-01T00:00:00.000Z" })),
    ),
    counts: renderAnswerCounts(all),
    history: renderHistory(
      fresh.map(([query, answer]) => episode(query, answer)),
      8_000,
    ).block,
  });
  const asked = await ask({
    model: new OfflineChatModel(),
    messages: [new HumanMessage(prompt)],
    schema: profileRevisionSchema,
    name: "profile",
  });
  expect(asked.attempts).toBe(1);
  return asked.answer.revisedStatements;
}

describe("a profile revision on the offline model", () => {
  it("takes every count from the whole history, and the order of the answers with it", async () => {
    const found = await revise(
      [
        'Usually answers "fantasy" (3 of 4), most of all to texts with words like dragon, wizard.',
        'Answers "comedy" (1 of 4).',
      ],
      [
        ["A wedding with an uncle.", "comedy"],
        ["A wedding and an uncle again.", "comedy"],
        ["The dragon sleeps.", "fantasy"],
      ],
      { fantasy: 4, comedy: 8 },
    );
    expect(found).toEqual([
      {
        text: 'Usually answers "comedy" (8 of 12), most of all to texts with words like uncle, wedding.',
        earlier: [2],
        items: [1, 2],
      },
      {
        text: 'Answers "fantasy" (4 of 12), most of all to texts with words like dragon, wizard.',
        earlier: [1],
        items: [3],
      },
      { text: "Often concerned with uncle, wedding.", earlier: [], items: [1, 2] },
    ]);
  });

  it("lets go of an answer that is counted no more, and keeps what is not its own", async () => {
    const found = await revise(
      ["Dislikes [long] answers.", 'Answers "drama" (2 of 4).', "Prefers old films."],
      [["A wedding.", "comedy"]],
      { comedy: 5 },
    );
    expect(found).toEqual([
      { text: 'Usually answers "comedy" (5 of 5).', earlier: [], items: [1] },
      { text: "Dislikes [long] answers.", earlier: [1], items: [] },
      { text: "Prefers old films.", earlier: [3], items: [] },
    ]);
  });

  it("drops what it said of answers as of choices, once they hardly ever return", async () => {
    const found = await revise(['Usually answers "Soup" (1 of 1).'], [["Dinner?", "Bread"]], {
      Soup: 1,
      Bread: 1,
      Cake: 1,
    });
    expect(found).toEqual([]);
  });

  it("keeps what the user said, each once, and what the new items show first", async () => {
    const found = await revise(
      ["Said: “I like tea.”", "Said: “I like cake.”", "Said: “I like pie.”"],
      [
        ["I never eat meat. Dinner?", null],
        ["I like cake. Which one?", null],
      ],
      {},
    );
    expect(found).toEqual([
      { text: "Said: “I like cake.”", earlier: [2], items: [2] },
      { text: "Said: “I never eat meat.”", earlier: [], items: [1] },
      { text: "Said: “I like tea.”", earlier: [1], items: [] },
      { text: "Said: “I like pie.”", earlier: [3], items: [] },
    ]);
  });

  it("puts interests that the new items show before the earlier ones", async () => {
    const [found] = await revise(
      ["Often concerned with dragons, castles."],
      [
        ["Castles by a river", null],
        ["A river with castles", null],
      ],
      {},
    );
    expect(found).toEqual({
      text: "Often concerned with castles, river, dragons.",
      earlier: [1],
      items: [1, 2],
    });
  });
});
