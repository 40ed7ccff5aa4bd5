import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { ask } from "../../../src/model/ask-structured.js";
import { OfflineChatModel } from "../../../src/model/offline/offline-chat-model.js";
import { agentPrompt } from "../../../src/prompts/agent/persona-prompt.js";
import { renderAnswerCounts } from "../../../src/prompts/learning/history.js";
import { renderInteractions } from "../../../src/prompts/agent/past-interactions.js";
import { profileAnswerSchema, profilePrompt } from "../../../src/prompts/learning/profile.js";
import { quote, quoteBlock } from "../../../src/prompts/quote.js";

const model = new OfflineChatModel();

interface Item {
  readonly question: string;
  readonly answer?: string;
}

/** The prompt that asks for a profile, exactly as the import puts it together. */
function profileRequest(items: readonly Item[], counts = countedIn(items)) {
  const history = items
    .map(({ question, answer }, index) => {
      const lines = [quote("question", question)];
      if (answer !== undefined) lines.push(quote("ground_truth", answer));
      return `<item n="${index + 1}" at="2026-01-02">\n${lines.join("\n")}\n</item>`;
    })
    .join("\n");
  return [
    new HumanMessage(
      profilePrompt.render({
        counts,
        history: quoteBlock("history", history),
      }),
    ),
  ];
}

/** How often each answer was given, as the import says it. */
function counted(counts: Readonly<Record<string, number>>): string {
  const episodes = Object.entries(counts).flatMap(([answer, count]) =>
    Array.from({ length: count }, () => ({ id: "", at: null, query: "", groundTruth: answer })),
  );
  return renderAnswerCounts(episodes);
}

function countedIn(items: readonly Item[]): string {
  return renderAnswerCounts(
    items.map(({ question, answer = null }) => ({
      id: "",
      at: null,
      query: question,
      groundTruth: answer,
    })),
  );
}

async function statements(...args: Parameters<typeof profileRequest>) {
  const messages = profileRequest(...args);
  const asked = await ask({ model, messages, schema: profileAnswerSchema, name: "user_profile" });
  expect(asked.attempts).toBe(1);
  expect(asked.usage.tokens.in).toBeGreaterThan(0);
  return asked.answer.statements;
}

const films: Item[] = [
  { question: "A dragon and a wizard cross the mountains.", answer: "fantasy" },
  { question: "The wizard returns to wake a dragon.", answer: "fantasy" },
  { question: "A wizard school, and a dragon in the cellar.", answer: "fantasy" },
  { question: "A wedding goes wrong, and the uncle laughs.", answer: "comedy" },
  { question: "Two weddings and an uncle with a goat.", answer: "comedy" },
  { question: "A wedding on the wrong island.", answer: "comedy" },
];

describe("the offline model's profile", () => {
  it("says which answers are usual and what words go with each, with the items that show it", async () => {
    const found = await statements(films, counted({ fantasy: 30, comedy: 12, "sci-fi": 1 }));
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
    const found = await statements(
      [{ question: "A hat.", answer: "hats, caps & more" }],
      counted({ "hats, caps & more": 30, shoes: 12, ...rare }),
    );
    expect(found[0]?.text).toBe('Usually answers "hats, caps & more" (30 of 122).');
  });

  it("keeps what the user said of themselves, word for word", async () => {
    const found = await statements([
      { question: "I am a vegetarian. What could I cook?", answer: "Lentil soup" },
      { question: "Which soup keeps for a week?" },
    ]);
    expect(found[0]).toEqual({ text: "Said: “I am a vegetarian.”", items: [1] });
  });

  it("does not take texts of the user's own for choices", async () => {
    const found = await statements([
      { question: "Chart parsing", answer: "Parsing with grammars" },
      { question: "Dependency parsing", answer: "A grammar of Czech" },
      { question: "Parsing speech", answer: "Fast grammars" },
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]?.text).toMatch(/^Often concerned with .*parsing/);
  });

  it("is empty for an empty history", async () => {
    expect(await statements([])).toEqual([]);
  });

  it("helps it to answer a question it never saw, by itself", async () => {
    const found = await statements(films);
    const answer = async (text: string) => {
      const system = agentPrompt.render({
        summary: quoteBlock("user_summary", found.map((line) => `- ${line.text}`).join("\n")),
        preferences: quoteBlock("learned_preferences", ""),
        interactions: renderInteractions([]),
      });
      const question = lampQuestion("LaMP_2M", text);
      return (await model.invoke([new SystemMessage(system), new HumanMessage(question)])).text;
    };
    expect(await answer("An uncle spoils the wedding of a baker.")).toBe("comedy");
    expect(await answer("A dragon befriends a wizard.")).toBe("fantasy");
  });
});
