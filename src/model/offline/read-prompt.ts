import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { numberedOptions } from "../../domain/numbered-question.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { scalesInWords } from "../../domain/scoring/scale-in-words.js";
import type { AnswerScale } from "../../domain/stated-answers.js";
import { splitCounts } from "../../domain/statement-counts.js";
import { agentRole } from "../../prompts/agent/persona-prompt.js";
import { noSummary } from "../../prompts/agent/system-message.js";
import type { PromptTag } from "../../prompts/quote.js";

export type TurnRequest = ReturnType<typeof readTurn>;

/**
 * Where a habit changed, most recalled interactions show the old one: a learned line that shares four words with the
 * question counts as much as six interactions, which a prompt recalls, at the 0.6 of a question of the same kind.
 */
const learnedWeight = 6;
const oneOf =
  /\b(?:answer|reply|respond|choose|pick)\b[^.:\n]{0,60}?\b(?:one of|among|from|between)\b(?: (?:these|the following))?(?: \w+)?\s*:?\s*(?:\[([^\]]+)\]|(?<=:\s*)([^\n.?!]+))/i;

/**
 * The parts of a prompt between one of our tags. A prompt also mentions its tags in its sentences
 * (`- <user_summary>: a description`); a part begins a line or follows a label.
 */
export function readBlocks(prompt: string, tag: PromptTag) {
  const block = new RegExp(`(?<=^|: )<${tag}( [^>]*)?>([\\s\\S]*?)</${tag}>`, "gm");
  const found = [...prompt.matchAll(block)];
  return found.map(([, attributes = "", inner = ""]) => ({ attributes, inner: inner.trim() }));
}

/** The last part between a tag: a request shows what it is about after what it is to be seen with. */
export function readTag(prompt: string, tag: PromptTag): string {
  return readBlocks(prompt, tag).at(-1)?.inner ?? "";
}

/** The lines of a block, without a dash or a number at their beginning and, if numbered, the note in brackets at their end. */
export function readLines(prompt: string, tag: PromptTag) {
  const lines = `\n${readTag(prompt, tag)}`.split(/\s*\n\s*(?:[-*] +)?/);
  const said = lines.filter((line) => line !== "" && line !== noSummary);
  return said.map((line) => {
    const [, number, text = line, note = ""] = /^(\d+)\. (.*?)(?: \[([^\]]*)\])?$/.exec(line) ?? [];
    return { number: Number(number ?? 0), text: splitCounts(text).text, note };
  });
}

/** Questions with what the user answered, empty where they did not; the items of a history have numbers. */
export function readExchanges(prompt: string, tag: "interaction" | "item") {
  return readBlocks(prompt, tag).map(({ attributes, inner }) => {
    const number = Number(/ n="(\d+)"/.exec(attributes)?.[1]);
    const question = readTag(inner, "question");
    const groundTruth = readTag(inner, "ground_truth");
    return { number, question, groundTruth, text: `${question} ${groundTruth}` };
  });
}

/**
 * What a question asks about, and the answers that it allows, each as it must be spelled and with the text that it stands
 * for; `null` for an open question.
 */
export function readQuestion(question: string) {
  const { subject, options, scale } = parseQuestion(question);
  const refs = numberedOptions(subject).map(({ label, text }) => ({ answer: label, text }));
  if (refs.length > 0) return { subject: subject.replace(/\s\[1\]: "[\s\S]*/, ""), options: refs };
  const [sentence = "", bracketed, plain = ""] = oneOf.exec(question) ?? [];
  const listed = (bracketed ?? plain)
    .split(/\s*,\s*(?:or |and )?|\s+or\s+/)
    .map((answer) => answer.trim().replace(/^(["'`])(.*)\1$/, "$2"))
    .filter((answer) => answer !== "");
  const answers =
    options ?? (listed.length < 2 ? pointsOf(scale ?? scalesInWords(question)[0]) : listed);
  if (answers.length < 2) return { subject: question, options: null };
  return {
    subject:
      options === null && sentence !== ""
        ? question.replace(sentence, " ").trim() || question
        : subject,
    options: answers.map((answer) => ({ answer, text: answer })),
  };
}

/** The whole numbers on a scale, at most 101 of them. */
function pointsOf(scale: AnswerScale | undefined): string[] {
  if (scale === undefined) return [];
  const least = Math.ceil(scale.least);
  const count = Math.min(101, Math.floor(scale.greatest) - least + 1);
  return Array.from({ length: count }, (_, step) => String(least + step));
}

/** What a turn's request says, read from its prompt and nothing else; `question` is the user's latest message. */
export function readTurn(messages: readonly BaseMessage[]) {
  const system = messages.flatMap(({ type, text }) => (type === "system" ? text : [])).join("\n");
  const asked = messages.findLastIndex(({ type }) => type === "human");
  const question = messages[asked]?.text ?? "";
  const turn = messages.slice(asked + 1);
  const results = turn.filter((each) => ToolMessage.isInstance(each) && each.status !== "error");
  return {
    question,
    ...readQuestion(question),
    interactions: [
      ...[system, ...results.map(({ text }) => text)].flatMap((text) =>
        readExchanges(text, "interaction"),
      ),
      // What the thread holds is not recalled.
      ...messages
        .slice(0, Math.max(0, asked))
        .filter(({ type }) => type === "human")
        .map(({ text }) => ({ number: 0, question: text, groundTruth: "", text })),
    ],
    lines: readPersona(system),
    /** Sentences that tools other than the memory returned. */
    findings: results
      .filter(({ name }) => name !== "recall_memory")
      .flatMap(({ text }) => (readTag(text, "search_results") || text).split(/(?<=[.!?])\s+|\n+/))
      .map((text) => ({ text })),
    calledTools: turn
      .filter((each) => AIMessage.isInstance(each))
      .flatMap(({ tool_calls = [] }) => tool_calls.map(({ name }) => name)),
    asksForTwoTools: /at least two tools/i.test(system),
  };
}

/**
 * Lines of the summary, and learned ones, which weigh more. The persona that paper mode writes has no blocks: every line
 * of a list counts there, as learned if it counts no answers.
 */
function readPersona(system: string) {
  if (!system.startsWith(agentRole) && !/^<user_summary[ >]/m.test(system))
    return Array.from(system.matchAll(/^\s*[-*]\s+(.*)$/gm), ([, text = ""]) => ({
      text,
      weight: /\(\d+ of \d+\)/.test(text) ? 1 : learnedWeight,
    }));
  return [
    ...readLines(system, "user_summary").map(({ text }) => ({ text, weight: 1 })),
    ...readLines(system, "learned_preferences").map(({ text }) => ({
      text,
      weight: learnedWeight,
    })),
  ];
}

/** @returns `undefined` for a line in any wording but the one in which the offline model learns. */
export function readLearnedLine(text: string) {
  const [, answer, when] = /^Answers "([^"]+)" when the question mentions (.+)\.$/.exec(text) ?? [];
  return answer && when ? { answer, when: when.split(", ") } : undefined;
}

export function isSame(a = "", b = ""): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
