import { proposalOf } from "../test/support/models/added-lines.js";
import {
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
  startOpenAiServer,
} from "../src/fake-model/openai-server.js";

/** One model call, as the server saw it. Times in milliseconds since 1970, with fractions. */
export interface ModelCall {
  /** What was asked for; "answers" are those without a learned line. */
  readonly kind: string;
  /** Number of the item that a candidate answered; of other calls `null`. */
  readonly item: number | null;
  /** How many updates were asked for before. */
  readonly updates: number;
  readonly arrived: number;
  readonly answered: number;
}

/** What the planted lines say; each makes one item in four come out right. */
const plantedLines = [
  "Gives the highest score to slow pictures about the sea.",
  "Marks down any comedy that leans on shouting.",
  "Rewards a plain ending over a surprising one.",
] as const;

/** The first words of an item, by which its calls are known. */
export function itemText(number: number): string {
  return `Film ${number}:`;
}

/**
 * A model server that waits before every answer. Simulations score 1, right only on the share of items that the planted
 * lines in their prompt are for, so that an update which adds one of them is accepted; then the next one is due.
 *
 * @param timing - `waitMs`: milliseconds before every answer; may be changed later.
 * @param asksMemory - Whether a simulation calls `recall_memory` first, and so takes two calls.
 */
export async function startWaitingModel({
  timing,
  asksMemory,
}: {
  readonly timing: { readonly waitMs: number };
  readonly asksMemory: boolean;
}): Promise<{ readonly server: OpenAiServer; readonly calls: readonly ModelCall[] }> {
  const calls: ModelCall[] = [];
  let updates = 0;
  const server = await startOpenAiServer((request) => {
    const { kind, item = null, reply } = answerTo(request, asksMemory);
    const arrived = performance.timeOrigin + performance.now();
    calls.push({ kind, item, updates, arrived, answered: arrived + timing.waitMs });
    if (kind === "update") updates += 1;
    return reply;
  }, timing);
  return { server, calls };
}

function answerTo(
  request: OpenAiRequest,
  asksMemory: boolean,
): { readonly kind: string; readonly item?: number | null; readonly reply: OpenAiReply } {
  const { messages, response_format: format } = request.body as {
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly response_format?: { readonly json_schema?: { readonly name?: string } };
  };
  const texts = messages.map(({ content }) => textOf(content));
  const whole = texts.join("\n");
  const known = plantedLines.filter((line) => whole.includes(line)).length;
  const say = (kind: string, text: string) => ({ kind, reply: { kind: "message", text } }) as const;
  const asked = format?.json_schema?.name;
  if (asked === "profile")
    return say(
      "profile",
      JSON.stringify({ statements: [{ text: "Scores many films.", items: [1, 2] }] }),
    );
  if (asked === "critique") return say("critiques", JSON.stringify(critique));
  if (asked === "persona_update") return say("update", JSON.stringify(updateOf(known)));
  if (whole.trimEnd().endsWith("New system prompt:"))
    return say("update", "You answer for a user who scores every film 5.");
  if (whole.trimEnd().endsWith("Feedback:")) return say("critiques", "Score higher.");

  const question = texts.findLastIndex((_, place) => messages[place]?.role === "user");
  const number = Number(/Film (\d+):/.exec(texts[question] ?? "")?.[1]);
  // Without a line it is the parent, which answers all items at once.
  const kind = known === 0 ? "answers" : "candidate";
  const item = known === 0 ? null : number;
  const isFirst = messages.at(-1)?.role === "user";
  if (asksMemory && isFirst) {
    const reply: OpenAiReply = {
      kind: "message",
      toolCalls: [{ name: "recall_memory", args: { query: "slow pictures" } }],
    };
    return { kind: `${kind}, tool call`, item, reply };
  }
  return { ...say(kind, number % 4 < known ? "5" : "1"), item };
}

const critique = {
  rightlyUsed: "",
  wrong: "The score is too low.",
  gap: "missing",
  towardsTruth: "The user gives high scores.",
  searchKeywords: "",
  priorInteractions: "",
  userDescription: "",
  linesThatHelped: [],
  linesThatMisled: [],
};

function updateOf(known: number) {
  const text = plantedLines[known];
  return {
    pattern: "Scores are too low.",
    decision: text === undefined ? "keep" : "change",
    reason: "Scores are too low.",
    proposals: proposalOf(text === undefined ? [] : [{ text, items: [1, 2] }]),
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = (content ?? []) as readonly { readonly text?: string }[];
  return parts.map(({ text = "" }) => text).join("");
}
