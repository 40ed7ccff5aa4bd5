import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { ask } from "../../../src/model/ask-structured.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { renderAgentPersona } from "../../../src/prompts/agent/persona-prompt.js";
import { renderAnswerCounts, renderHistory } from "../../../src/prompts/learning/history.js";
import {
  profileRevisionPrompt,
  profileRevisionSchema,
  renderCurrentStatements,
} from "../../../src/prompts/learning/profile-revision.js";
import { summaryPart } from "../../../src/prompts/agent/system-message.js";
import { profileAnswerSchema, profilePrompt } from "../../../src/prompts/learning/profile.js";

const model = new OfflineChatModel();

type Item = readonly [question: string, answer: string | null];

function episode([query, groundTruth]: Item) {
  return { id: "", at: null, query, groundTruth, feedback: null, task: null };
}

function historyOf(items: readonly Item[]): string {
  return renderHistory(items.map(episode), 8_000).block;
}

/** How often each answer was given, as a request says it. */
function counted(counts: Readonly<Record<string, number>>): string {
  const answers = Object.entries(counts).flatMap(([answer, count]) =>
    Array.from<string>({ length: count }).fill(answer),
  );
  return renderAnswerCounts(answers.map((answer) => episode(["", answer])));
}

/** The offline model's profile of these items, by the request that an import makes. */
async function describeItems(
  items: readonly Item[],
  counts = renderAnswerCounts(items.map(episode)),
) {
  const prompt = profilePrompt.render({ counts, history: historyOf(items) });
  const messages = [new HumanMessage(prompt)];
  const asked = await ask({ model, messages, schema: profileAnswerSchema, name: "user_profile" });
  expect(asked.attempts).toBe(1);
  expect(asked.usage.tokens.in).toBeGreaterThan(0);
  return asked.answer.statements;
}

/** Its revision of these statements, by the request that a refresh makes. */
async function revise(
  statements: readonly string[],
  fresh: readonly Item[],
  counts: Readonly<Record<string, number>>,
) {
  const present = statements.map((text) => ({
    text,
    interactions: 3,
    latest: "2025-01-01T00:00:00.000Z",
  }));
  const prompt = profileRevisionPrompt.render({
    statements: renderCurrentStatements(present),
    counts: counted(counts),
    history: historyOf(fresh),
  });
  const messages = [new HumanMessage(prompt)];
  const asked = await ask({ model, messages, schema: profileRevisionSchema, name: "profile" });
  expect(asked.attempts).toBe(1);
  return asked.answer.revisedStatements;
}

const films: Item[] = [
  ["A dragon and a wizard cross the mountains.", "fantasy"],
  ["The wizard returns to wake a dragon.", "fantasy"],
  ["A wizard school, and a dragon in the cellar.", "fantasy"],
  ["A wedding goes wrong, and the uncle laughs.", "comedy"],
  ["Two weddings and an uncle with a goat.", "comedy"],
  ["A wedding on the wrong island.", "comedy"],
];

describe("the offline model's profile", () => {
  it("says which answers are usual and what words go with each, with the items that show it", async () => {
    const found = await describeItems(films, counted({ fantasy: 30, comedy: 12, "sci-fi": 1 }));
    expect(found[0]?.text).toMatch(
      /^Usually answers "fantasy" \(30 of 43\), most of all to texts with words like .*\bwizard\b/,
    );
    expect(found[0]?.items).toEqual([1, 2, 3]);
    expect(found[1]?.text).toMatch(/^Answers "comedy" \(12 of 43\), .*\bwedding\b/);
    expect(found[1]?.items).toEqual([4, 5, 6]);
    // No item shows it, so there is nothing to rest a statement on.
    expect(found.some(({ text }) => text.includes("sci-fi"))).toBe(false);
  });

  it("reads counts whose answers hold commas, and those that are not named", async () => {
    // More answers than the prompt names one by one; those that it does not name are the most together.
    const rare = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`thing ${n}`, 1]));
    const found = await describeItems(
      [["A hat.", "hats, caps & more"]],
      counted({ "hats, caps & more": 30, shoes: 12, ...rare }),
    );
    expect(found[0]?.text).toBe('Usually answers "hats, caps & more" (30 of 122).');
  });

  it("keeps what the user said of themselves, word for word", async () => {
    const found = await describeItems([
      ["I am a vegetarian. What could I cook?", "Lentil soup"],
      ["Which soup keeps for a week?", null],
    ]);
    expect(found[0]).toEqual({ text: "Said: “I am a vegetarian.”", items: [1] });
  });

  it("does not take texts of the user's own for choices", async () => {
    const found = await describeItems([
      ["Chart parsing", "Parsing with grammars"],
      ["Dependency parsing", "A grammar of Czech"],
      ["Parsing speech", "Fast grammars"],
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]?.text).toMatch(/^Often concerned with .*parsing/);
  });

  it("is empty for an empty history", async () => {
    expect(await describeItems([])).toEqual([]);
  });

  it("helps it to answer a question it never saw, by itself", async () => {
    const found = await describeItems(films);
    const answer = async (text: string) => {
      const summary = summaryPart(found.map((line) => `- ${line.text}`).join("\n"));
      const system = renderAgentPersona([summary], true);
      const question = lampQuestion("LaMP_2M", text);
      return (await model.invoke([new SystemMessage(system), new HumanMessage(question)])).text;
    };
    expect(await answer("An uncle spoils the wedding of a baker.")).toBe("comedy");
    expect(await answer("A dragon befriends a wizard.")).toBe("fantasy");
  });
});

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
        keeps: [2],
        replaces: [],
        items: [1, 2],
      },
      {
        text: 'Answers "fantasy" (4 of 12), most of all to texts with words like dragon, wizard.',
        keeps: [1],
        replaces: [],
        items: [3],
      },
      { text: "Often concerned with uncle, wedding.", keeps: [], replaces: [], items: [1, 2] },
    ]);
  });

  it("lets go of an answer that is counted no more, and keeps what is not its own", async () => {
    const found = await revise(
      ["Dislikes [long] answers.", 'Answers "drama" (2 of 4).', "Prefers old films."],
      [["A wedding.", "comedy"]],
      { comedy: 5 },
    );
    expect(found).toEqual([
      { text: 'Usually answers "comedy" (5 of 5).', keeps: [], replaces: [], items: [1] },
      { text: "Dislikes [long] answers.", keeps: [1], replaces: [], items: [] },
      { text: "Prefers old films.", keeps: [3], replaces: [], items: [] },
    ]);
  });

  it("leaves what it said of answers as it is where none are counted", async () => {
    const statement = 'Answers "5" (9 of 30), most of all to texts with words like drama, quiet.';
    const found = await revise([statement], [["Shall I mend the boat?", null]], {});
    expect(found).toEqual([{ text: statement, keeps: [1], replaces: [], items: [] }]);
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
      { text: "Said: “I like cake.”", keeps: [2], replaces: [], items: [2] },
      { text: "Said: “I never eat meat.”", keeps: [], replaces: [], items: [1] },
      { text: "Said: “I like tea.”", keeps: [1], replaces: [], items: [] },
      { text: "Said: “I like pie.”", keeps: [3], replaces: [], items: [] },
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
      keeps: [1],
      replaces: [],
      items: [1, 2],
    });
  });
});
