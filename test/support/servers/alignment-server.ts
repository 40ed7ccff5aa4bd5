import { proposalOf } from "../models/added-lines.js";
import type { Episode } from "../../../src/domain/episode.js";
import { turnAt } from "../users/episodes.js";
import type { ServerQuirks } from "../../../src/fake-model/server-quirks.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";

/** A line under which the server answers as the user would. */
export const goodLine = "Prefers leaves over beans whenever both are offered.";
/** A line under which it answers nothing right. */
export const badLine = "Wants the strongest drink of the house in every case.";

/** The nth interaction of a user who always took tea. */
export function drink(n: number, groundTruth = "tea"): Episode {
  return turnAt(n, `What do I drink on occasion ${n}?`, { groundTruth, threadId: null });
}

/** What the server answers under the bad line. */
const badAnswer = "schnapps";

/** What one request of an alignment asks for. */
export interface AlignmentRequest {
  readonly kind: "profile" | "simulation" | "critique" | "update" | "verdict";
  /** Number of the interaction that is simulated or criticised. */
  readonly occasion: number | null;
  /** The learned line that it is about; of a verdict, of the candidate. */
  readonly persona: "none" | "good" | "bad";
  readonly hasTools: boolean;
  /** Whether the answers of a tool are in it. */
  readonly hasToolAnswers: boolean;
  /** All of its messages, as one text. */
  readonly text: string;
}

export interface AlignmentServer extends OpenAiServer {
  /** Every request, read for what it asks. */
  readonly asked: AlignmentRequest[];
}

export type ReplyTo = (
  request: AlignmentRequest,
  usual: () => OpenAiReply,
) => OpenAiReply | undefined;

/**
 * A model behind OpenAI's protocol that looks into memory once for every item and then answers by the persona alone:
 * right under the good line, wrong under the bad one, and right for every second item without a line. It proposes the
 * good line, then the bad one, and then keeps what there is. As a judge it prefers tea.
 *
 * @param reply - What to say instead; the usual where it gives undefined.
 * @param quirks - How the server differs from OpenAI's.
 */
export async function startAlignmentServer(
  reply: ReplyTo = () => undefined,
  quirks: ServerQuirks = {},
): Promise<AlignmentServer> {
  const asked: AlignmentRequest[] = [];
  const server = await startOpenAiServer(
    ({ path, body }) => {
      if (path.endsWith("/embeddings")) return { kind: "embeddings", vectorOf };
      const request = read(body["messages"] as Message[], body["tools"] !== undefined);
      asked.push(request);
      const usual = () => usualReply(request);
      return reply(request, usual) ?? usual();
    },
    {},
    quirks,
  );
  return { ...server, asked };
}

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[] | null;
}

/** Texts of one occasion are alike. */
function vectorOf(text: string): number[] {
  return [1, Number(/occasion (\d+)/.exec(text)?.[1] ?? 0), text.length % 7];
}

/** How each request begins; a persona that paper mode wrote begins as it was written. */
const openings = {
  profile: ["Describe one user", "Bring the description"],
  critique: ["You examine how", "You are a meticulous"],
  verdict: ["You compare two replies"],
  update: ["You maintain the learned", "You are a prompt engineering"],
} as const;

function read(messages: readonly Message[], hasTools: boolean): AlignmentRequest {
  const texts = messages.map(({ content }) =>
    typeof content === "string" ? content : (content ?? []).map(({ text = "" }) => text).join(""),
  );
  const text = texts.join("\n");
  const kinds = Object.entries(openings) as [AlignmentRequest["kind"], readonly string[]][];
  const [kind] = kinds.find(([, starts]) => starts.some((start) => text.startsWith(start))) ?? [
    "simulation" as const,
  ];
  // Past interactions stand before it, each with a question of its own.
  const question =
    kind === "critique"
      ? ([...text.matchAll(/<question>[\s\S]*?<\/question>/g)].at(-1)?.[0] ?? "")
      : (texts[messages.findLastIndex(({ role }) => role === "user")] ?? "");
  // Instructions may stand before the question in one message.
  const occasion = [...question.matchAll(/occasion (\d+)/g)].at(-1)?.[1];
  const persona =
    kind === "update"
      ? (/<(current_lines|system_prompt)>[\s\S]*?<\/\1>/.exec(text)?.[0] ?? "")
      : kind === "verdict"
        ? text.includes(badAnswer)
          ? badLine
          : goodLine
        : text;
  return {
    kind,
    occasion: occasion === undefined ? null : Number(occasion),
    persona: persona.includes(badLine) ? "bad" : persona.includes(goodLine) ? "good" : "none",
    hasTools,
    hasToolAnswers: messages.some(({ role }) => role === "tool"),
    text,
  };
}

function usualReply(request: AlignmentRequest): OpenAiReply {
  const { kind, persona, occasion, hasTools, hasToolAnswers, text } = request;
  const isPaper = text.startsWith("You are a meticulous") || text.startsWith("You are a prompt");
  switch (kind) {
    case "profile":
      return says(
        text.startsWith("Describe")
          ? { statements: [{ text: "Drinks.", items: [1] }] }
          : { revisedStatements: [{ text: "Drinks.", keeps: [1], replaces: [], items: [] }] },
      );
    case "critique":
      return isPaper ? { kind: "message", text: `Feedback: ${goodLine}` } : says(plainCritique);
    case "update":
      if (isPaper) return { kind: "message", text: goodLine };
      if (persona === "none") return says(adding(goodLine));
      return says(text.includes("<rejected_update>") ? keeping : adding(badLine));
    case "simulation": {
      if (hasTools && !hasToolAnswers && !text.startsWith(goodLine))
        return {
          kind: "message",
          toolCalls: [{ name: "recall_memory", args: { query: `occasion ${occasion ?? ""}` } }],
        };
      if (persona === "bad") return { kind: "message", text: badAnswer };
      const isRight = persona === "good" || (occasion ?? 0) % 2 === 0;
      return { kind: "message", text: isRight ? "tea" : "coffee" };
    }
    case "verdict": {
      const isTea = (tag: string) => text.includes(`<${tag}>tea</${tag}>`);
      const better = isTea("reply_a") ? "a" : isTea("reply_b") ? "b" : "tie";
      return says({ reason: "Leaves.", better });
    }
  }
}

/** A structured answer, as servers give it that know `response_format`. */
export function says(answer: object): OpenAiReply {
  return { kind: "message", text: JSON.stringify(answer) };
}

/** The answer of an update model that adds this line, resting on the first two items. */
export function adding(text: string, items = [1, 2]) {
  return {
    pattern: "Items 1 and 2 agree.",
    decision: "change",
    reason: "It should help.",
    proposals: proposalOf([{ text, items }]),
  };
}

const keeping = {
  pattern: "",
  decision: "keep",
  reason: "Nothing speaks against them.",
  proposals: [],
};

const plainCritique = {
  rightlyUsed: "",
  wrong: "The answer is not the user's.",
  gap: "missing",
  towardsTruth: "Leaves.",
  searchKeywords: "",
  priorInteractions: "",
  userDescription: "",
  linesThatHelped: [],
  linesThatMisled: [],
};
