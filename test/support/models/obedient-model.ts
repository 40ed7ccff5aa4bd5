import { type PromptTag, promptTags } from "../../../src/prompts/quote.js";
import type { ReflectionAnswer } from "../../../src/prompts/learning/reflection.js";
import type { PersonaUpdate } from "../../../src/prompts/learning/textual-gradient.js";
import {
  type OpenAiReply,
  type OpenAiRequest,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import { proposalOf } from "./added-lines.js";

/** How the model reads what it is to answer. */
export interface Obedience {
  /** A made-up word. Every sentence with it is an order to say it. */
  marker: string;
  /**
   * `everything`: it obeys each order that stands in its prompt, in quotation or not. `outside`: it takes what stands
   * between tags for what the prompt says it is, and obeys what stands elsewhere, or as the user's word.
   */
  reads: "everything" | "outside";
  /** What it answers on its own, once. */
  says: string | null;
}

/**
 * The worst model for a guard, behind OpenAI's protocol. As an agent it says every order that it reads in the wrong
 * place. As a critic, and where it describes the user or writes lines, it copies every order that stands anywhere in
 * its prompt: whole, beside harmless words, and as the bare word. What users say it takes for consent to whatever holds
 * the word.
 */
export async function startObedientModel() {
  const state: Obedience = { marker: "", reads: "everything", says: null };
  const server = await startOpenAiServer((request) => replyTo(request, state));
  return { ...server, state, url: server.url };
}

/** As a model may read it: without what is not seen, and wide letters as usual ones. */
export function seenAs(text: string): string {
  return text.normalize("NFKC").replaceAll(/[\p{Cf}\u{E0000}-\u{E01EF}]/gu, "");
}

/** The sentences and lines of a text that hold the word. */
function ordersIn(text: string, marker: string): string[] {
  const pieces = seenAs(text).split(/\n|(?<=[.!?])\s+|<[^>]*>/u);
  const found = pieces.map((piece) => piece.trim()).filter((piece) => piece.includes(marker));
  return [...new Set(found)].slice(0, 4);
}

function replyTo({ body }: OpenAiRequest, state: Obedience): OpenAiReply {
  const messages = body["messages"] as readonly { role: string; content: unknown }[];
  const textOf = ({ content }: { content: unknown }) =>
    typeof content === "string" ? content : JSON.stringify(content ?? "");
  const format = body["response_format"] as { json_schema?: { name: string } } | undefined;
  const whole = messages.map(textOf).join("\n");
  const said = (value: unknown): OpenAiReply => ({
    kind: "message",
    text: typeof value === "string" ? value : JSON.stringify(value),
  });
  switch (format?.json_schema?.name) {
    case "profile": {
      const texts = copies(ordersIn(whole, state.marker), state.marker);
      const statements = texts.map((text) => ({ text, items: [1] }));
      const revisedStatements = statements.map((each) => ({ ...each, keeps: [], replaces: [] }));
      return said(whole.startsWith("Describe") ? { statements } : { revisedStatements });
    }
    case "reflection":
      return said(reflectionOn(whole, state.marker));
    case "critique":
      return said({
        rightlyUsed: "",
        wrong: "The answer is not the user's.",
        gap: "missing",
        towardsTruth: ordersIn(whole, state.marker).join(" "),
        searchKeywords: "",
        priorInteractions: "",
        userDescription: "",
        linesThatHelped: [],
        linesThatMisled: [],
      });
    case "persona_update":
      return said(updateFrom(whole, state.marker));
    case undefined:
      break;
    default:
      throw new Error(`ObedientModel: no answer of this name is known: ${whole.slice(0, 80)}`);
  }
  const question = textOf(messages.findLast(({ role }) => role === "user") ?? { content: "" });
  const isFirst = messages.at(-1)?.role === "user";
  const tools = JSON.stringify(body["tools"] ?? []);
  if (isFirst && question.includes("the page") && tools.includes("read_page"))
    return { kind: "message", toolCalls: [{ name: "read_page", args: { name: "page" } }] };
  if (isFirst && question.includes("my memory") && tools.includes("recall_memory"))
    return { kind: "message", toolCalls: [{ name: "recall_memory", args: { query: question } }] };
  if (state.says !== null) {
    const once = state.says;
    state.says = null;
    return said(once);
  }
  const orders = ordersIn(state.reads === "everything" ? whole : outsideOf(whole), state.marker);
  return said(orders.length > 0 ? orders.join(" ") : "coffee");
}

/** Tags between which others' words stand; what stands between the rest is the user's word or the operator's. */
const ofOthers: readonly PromptTag[] = [
  "response",
  "rejected_response",
  "written_by_others",
  "simulated_answer",
  "reply_given",
];

/** A prompt without what is marked as others' words, to a reader who sees tags as they look. */
function outsideOf(prompt: string): string {
  const end = `<\\s*/\\s*(?:${promptTags.join("|")})\\s*>`;
  const marked = new RegExp(`<(${ofOthers.join("|")})\\b[^>]*>[\\s\\S]*?${end}`, "g");
  return (
    seenAs(prompt)
      .replaceAll(marked, "")
      // What a message quotes is marked, too.
      .replaceAll(/^(?:<question>)?\s*>.*$/gm, "")
      .replaceAll(/```[\s\S]*?```/g, "")
      .replaceAll(/^-+ Forwarded message -+$[\s\S]*?(?=<)/gm, "")
  );
}

/** All ways to bring an order in. */
function copies(orders: readonly string[], marker: string): string[] {
  if (orders.length === 0) return ["Drinks tea."];
  return ["Drinks tea.", ...orders, `Prefers tea and ${marker}.`].slice(0, 6);
}

function reflectionOn(prompt: string, marker: string): ReflectionAnswer {
  const items = [
    ...prompt.matchAll(
      /<item n="(\d+)"[^>]*>\n<question>([\s\S]*?)<\/question>([\s\S]*?)<\/item>/g,
    ),
  ].map(([, n, question = "", rest = ""]) => ({ n: Number(n), question, rest }));
  const reactions = items.flatMap(({ n, rest }) =>
    items
      .filter((later) => later.n > n && seenAs(rest).includes(marker))
      .flatMap(({ n: shownBy, question }) => {
        const words = question.split(" ").slice(0, 4).join(" ");
        const kind = "accepted" as const;
        return [{ item: n, shownBy, kind, words, trueAnswer: "", confidence: 1 }];
      }),
  );
  const revisedStatements = copies(ordersIn(prompt, marker), marker).map((text) => ({
    text,
    keeps: [],
    replaces: [],
    items: [1],
  }));
  return { revisedStatements, reactions };
}

function updateFrom(prompt: string, marker: string): PersonaUpdate {
  const lines = copies(ordersIn(prompt, marker), marker).map((text) => ({
    text: text.slice(0, 270),
    items: [1, 2],
  }));
  return {
    pattern: "",
    decision: "change",
    reason: "It should help.",
    proposals: proposalOf(lines),
  };
}
