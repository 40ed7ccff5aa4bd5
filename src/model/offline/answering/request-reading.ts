import { isAIMessage, isToolMessage, type BaseMessage } from "@langchain/core/messages";
import { nothingKnown } from "../../../prompts/agent/system-message.js";

/** A past interaction as a prompt shows it. */
export interface ShownInteraction {
  readonly question: string;
  readonly trueAnswer: string | null;
  readonly response: string | null;
}

/** One numbered item of a history as a prompt shows it. */
export interface ShownItem {
  readonly number: number;
  readonly question: string;
  readonly trueAnswer: string | null;
}

/** One numbered statement of a profile as a prompt shows it. */
export interface ShownStatement {
  readonly number: number;
  readonly text: string;
}

/** What a request says, read from its prompt and nothing else. */
export interface ReadRequest {
  /** The latest message of the user. */
  readonly question: string;
  /** From the system message and from what tools returned in this turn, failures left out, in that order. */
  readonly interactions: readonly ShownInteraction[];
  readonly summary: readonly string[];
  readonly preferences: readonly string[];
  /** What tools other than the memory returned in this turn. */
  readonly findings: readonly string[];
  /** Names of the tools called since the user's latest message. */
  readonly calledTools: readonly string[];
  readonly asksForTwoTools: boolean;
}

/** What a profile counts helps to choose among answers; to an open question it says nothing. */
export const countsAnswers = /\(\d+ of \d+\)/;

export function readRequest(messages: readonly BaseMessage[]): ReadRequest {
  const instructions = messages
    .filter((message) => message.type === "system")
    .map((message) => message.text)
    .join("\n");
  const lastHuman = messages.findLastIndex((message) => message.type === "human");
  const turn = messages.slice(lastHuman + 1);
  const results = turn
    .filter((message) => isToolMessage(message))
    .filter((message) => message.status !== "error");
  return {
    question: messages[lastHuman]?.text ?? "",
    interactions: [instructions, ...results.map((message) => message.text)].flatMap(
      readInteractions,
    ),
    ...readPersona(instructions),
    findings: results
      .filter((message) => message.name !== "recall_memory")
      .map((message) => message.text.replaceAll(/<\/?search_results[^>]*>/g, "").trim()),
    calledTools: turn.flatMap((message) =>
      isAIMessage(message) ? (message.tool_calls ?? []).map((call) => call.name) : [],
    ),
    asksForTwoTools: /at least two tools/i.test(instructions),
  };
}

/**
 * The summary and the learned preferences of a system message. The persona that paper mode writes is free text
 * without blocks: there every line of a list counts, as summary where it counts answers.
 */
function readPersona(instructions: string): Pick<ReadRequest, "summary" | "preferences"> {
  if (blocks(instructions, "user_summary").length > 0)
    return {
      summary: readLines(instructions, "user_summary"),
      preferences: readLines(instructions, "learned_preferences"),
    };
  const listed = instructions.split("\n").filter((line) => /^\s*[-*]\s/.test(line));
  const lines = listed.map((line) => line.replace(/^\s*[-*]\s+/, "").trim());
  return {
    summary: lines.filter((line) => countsAnswers.test(line)),
    preferences: lines.filter((line) => !countsAnswers.test(line)),
  };
}

/**
 * The items of a history prompt, and the counts of all answers: those stated, else those of the items. `others`
 * are answers that are stated together, without their names.
 */
export function readHistory(messages: readonly BaseMessage[]): {
  readonly items: readonly ShownItem[];
  readonly counts: ReadonlyMap<string, number>;
  readonly others: number;
} {
  const prompt = messages.map((message) => message.text).join("\n");
  const items = blocks(prompt, "history").flatMap((block) =>
    [...block.matchAll(/<item n="(\d+)"[^>]*>\n([\s\S]*?)\n<\/item>/g)].map(
      ([, number = "0", inner = ""]) => ({
        number: Number(number),
        question: inTag(inner, "question") ?? "",
        trueAnswer: inTag(inner, "ground_truth"),
      }),
    ),
  );
  const counts = new Map<string, number>();
  const [, stated = ""] = /^<answer_counts>(.*)<\/answer_counts>$/m.exec(prompt) ?? [];
  const [, named = "", others = "0"] =
    /^(.*?)(?:, )?(?:all others \(\d+ different\): (\d+))?$/.exec(stated) ?? [];
  for (const [, answer = "", count = "0"] of named.matchAll(/\s*(.+?): (\d+)(?:,|\s*$)/g))
    counts.set(answer, Number(count));
  if (counts.size === 0)
    for (const { trueAnswer } of items)
      if (trueAnswer !== null) counts.set(trueAnswer, (counts.get(trueAnswer) ?? 0) + 1);
  return { items, counts, others: Number(others) };
}

/** The numbered statements of a profile that is to be revised, in their order. */
export function readStatements(messages: readonly BaseMessage[]): readonly ShownStatement[] {
  const prompt = messages.map((message) => message.text).join("\n");
  return blocks(prompt, "current_statements").flatMap((block) =>
    [...block.matchAll(/^(\d+)\. (.+) \[rests on [^\]]*\]$/gm)].map(
      ([, number = "0", text = ""]) => ({ number: Number(number), text }),
    ),
  );
}

export function readInteractions(text: string): ShownInteraction[] {
  return blocks(text, "past_interactions").flatMap((block) =>
    [...block.matchAll(/<interaction [^>]*>\n([\s\S]*?)\n<\/interaction>/g)].map(
      ([, inner = ""]) => ({
        question: inTag(inner, "question") ?? "",
        trueAnswer: inTag(inner, "ground_truth"),
        response: inTag(inner, "response"),
      }),
    ),
  );
}

/** The lines of a block, without the dash they may begin with. */
export function readLines(text: string, tag: string): string[] {
  return blocks(text, tag)
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/^\s*[-*]\s+/, "").trim())
    .filter((line) => line !== "" && line !== nothingKnown);
}

/** A prompt also mentions its tags in its sentences (`<user_summary>: a description`); a block is not that. */
export function blocks(text: string, tag: string): string[] {
  const pattern = new RegExp(`^<${tag}>([\\s\\S]*?)</${tag}>`, "gm");
  return [...text.matchAll(pattern)].map(([, inner = ""]) => inner);
}

export function inTag(text: string, tag: string): string | null {
  return new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text)?.[1]?.trim() ?? null;
}
