import { proposalOf } from "./added-lines.js";
import type { Critique } from "../../../src/prompts/learning/textual-loss.js";
import type { ReflectionAnswer } from "../../../src/prompts/learning/reflection.js";
import {
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";

/** What the model answers unless the persona says otherwise. */
export const usualDrink = "coffee";

/**
 * A model behind OpenAI's protocol for a user who asks what to drink and reacts in their next message. It answers by the
 * persona's line (`Takes tea wherever ...`), else `coffee`. As the alignment model it reads reactions in the words
 * `No, tea.`, `No.` and `Yes, right.`, wherever they stand in a message, and proposes the line that the batch's true
 * answers are mostly about. A request that it does not know is refused, and `assertUsedUp` says so.
 */
export function startConversationModel(): Promise<OpenAiServer> {
  return startOpenAiServer((request) => ({ kind: "message", text: replyTo(request) }));
}

function replyTo({ body }: OpenAiRequest): string {
  const messages = body["messages"] as readonly {
    readonly role: string;
    readonly content: string;
  }[];
  const format = body["response_format"] as { json_schema?: { name: string } } | undefined;
  const system = messages.find(({ role }) => role === "system")?.content ?? "";
  const human = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const answer = {
    reflection: () => reflectionOf(human),
    critique: () => critique,
    persona_update: () => updateFrom(human),
    profile: () => ({
      revisedStatements: [{ text: "Asks for drinks.", keeps: [1], replaces: [], items: [1] }],
    }),
  }[format?.json_schema?.name ?? ""];
  if (answer !== undefined) return JSON.stringify(answer());
  if (!system.startsWith("You are the personal assistant of one user."))
    throw new Error(
      `ConversationModel: the prompt is not known: ${(system || human).slice(0, 80)}`,
    );
  return /Takes (\w+) wherever/.exec(system)?.[1] ?? usualDrink;
}

/** The items of a reflection's prompt: number, thread and the user's message as the prompt shows it. */
export function itemsOf(prompt: string) {
  const item =
    /<item n="(\d+)"[^>]*?(?: thread="([A-Z]+)")?[^>]*>\n<question>([\s\S]*?)<\/question>/g;
  return [...prompt.matchAll(item)].map(([, number, thread, question = ""]) => ({
    number: Number(number),
    thread: thread ?? null,
    question,
  }));
}

function reflectionOf(prompt: string): ReflectionAnswer {
  const items = itemsOf(prompt);
  const reactions = items.flatMap(({ number, thread, question }) => {
    const before = items.findLast((each) => each.number < number && each.thread === thread);
    const [words, drink = ""] = /No, (\w+)\.|No\.|Yes, right\./.exec(question) ?? [];
    if (before === undefined || words === undefined) return [];
    const kind = words.startsWith("Yes") ? ("accepted" as const) : ("corrected" as const);
    const shown = { item: before.number, shownBy: number, words, trueAnswer: drink };
    return [{ ...shown, kind, confidence: 0.95 }];
  });
  const numbers = items.map(({ number }) => number).slice(0, 12);
  return {
    revisedStatements: [
      { text: "Asks what to drink on the way.", keeps: [1], replaces: [], items: numbers },
    ],
    reactions,
  };
}

function updateFrom(human: string) {
  const drinks = [...human.matchAll(/<ground_truth>(\w+)<\/ground_truth>/g)].map(
    ([, name]) => name,
  );
  const others = drinks.filter((drink) => drink !== usualDrink);
  const isWorthIt = others.length > drinks.length / 2;
  return {
    pattern: "",
    decision: isWorthIt ? "change" : "keep",
    reason: "Most of the answers say so.",
    proposals: isWorthIt
      ? proposalOf([{ text: `Takes ${others[0]} wherever the journey leads.`, items: [1, 2] }])
      : [],
  };
}

const critique: Critique = {
  rightlyUsed: "",
  wrong: "The answer is not the user's.",
  gap: "missing",
  towardsTruth: "",
  searchKeywords: "",
  priorInteractions: "",
  userDescription: "",
  linesThatHelped: [],
  linesThatMisled: [],
};
