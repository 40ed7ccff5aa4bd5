import type { BaseMessage } from "@langchain/core/messages";
import { isSame } from "../answering/answer-closed.js";
import { isChoice, readLearnedLine } from "./learned-line.js";
import { readOptions, readReferences } from "../answering/options.js";
import type { LearningItem } from "./recurring.js";
import { blocks, inTag, readInteractions, readLines } from "../answering/request-reading.js";
import { contentWords } from "../offline-words.js";

/** A question with the user's answer and the simulated one; a reference stands as the text that it refers to. */
export interface ReadPair {
  /** What the question asks about, without its options. */
  readonly subject: string;
  readonly trueAnswer: string;
  readonly simulatedAnswer: string;
  readonly isRight: boolean;
  /** Whether the true answer is a text of the user's own and no choice. */
  readonly isText: boolean;
}

/** A learned line with what critiques said of it. */
export interface CurrentLine {
  readonly number: number;
  readonly text: string;
  readonly helped: number;
  readonly misled: number;
}

export interface ReadUpdateRequest {
  readonly items: readonly LearningItem[];
  readonly lines: readonly CurrentLine[];
  /** What rejected updates did, one change each, as `Added: …`. */
  readonly rejected: readonly string[];
  readonly maxLines: number;
}

const mostWordsOfText = 2;

/** Reads what `renderLossRequest` wrote. */
export function readLossRequest(messages: readonly BaseMessage[]) {
  const text = humanText(messages);
  return {
    // Past interactions have questions and answers of their own.
    pair: readPair(text.replace(/^<past_interactions>[\s\S]*?<\/past_interactions>/m, "")),
    lines: readLines(text, "learned_preferences").flatMap((line) => {
      const [, number, inner = ""] =
        /^(\d+)\. (.*?)(?: \[about the tool [^\]]*\])?$/.exec(line) ?? [];
      return number === undefined ? [] : [{ number: Number(number), text: inner }];
    }),
    summary: readLines(text, "user_summary"),
    interactions: readInteractions(text),
  };
}

/** Reads what `renderGradientRequest` wrote. */
export function readUpdateRequest(messages: readonly BaseMessage[]): ReadUpdateRequest {
  const text = humanText(messages);
  return {
    items: blocks(text, "critiques").flatMap(readItems),
    lines: readLines(text, "current_lines").flatMap(readCurrentLine),
    rejected: blocks(text, "rejected_updates").flatMap((block) => block.split("\n")),
    maxLines: Number(/at most (\d+) lines/.exec(messages[0]?.text ?? "")?.[1] ?? 0),
  };
}

/** Reads a question with both answers, and the score where one is stated. */
export function readPair(text: string): ReadPair {
  const question = inTag(text, "question") ?? "";
  const closed = readOptions(question);
  const references = readReferences(question);
  const meant = (answer: string) => references.get(answer.trim()) ?? answer;
  const trueAnswer = meant(inTag(text, "ground_truth") ?? "");
  const simulatedAnswer = meant(inTag(text, "simulated_answer") ?? "");
  const asked = closed?.subject ?? question;
  return {
    subject: references.size > 0 ? (asked.split(/\s\[1\]: "/)[0] ?? "") : asked,
    trueAnswer,
    simulatedAnswer,
    isRight: text.endsWith("\nScore: 1") || isSame(trueAnswer, simulatedAnswer),
    isText:
      references.size > 0 ||
      !isChoice(trueAnswer) ||
      (closed === null && contentWords(trueAnswer).length > mostWordsOfText),
  };
}

function readItems(block: string): LearningItem[] {
  const items = block.matchAll(/^<critique n="(\d+)"([^>]*)>\n([\s\S]*?)\n<\/critique>/gm);
  return [...items].map(([, number, attributes = "", inner = ""]) => {
    const [, score = ""] = / score="([^"]*)"/.exec(attributes) ?? [];
    const pair = readPair(`${inner}\nScore: ${score}`);
    const [, lesson = ""] = /^Towards the true answer: (.*)$/m.exec(inner) ?? [];
    // The question is shown shortened; its critique names words of the whole.
    const named = readLearnedLine(lesson)?.when ?? [];
    return {
      number: Number(number),
      words: [...new Set([...contentWords(pair.subject), ...named])],
      answer: pair.trueAnswer,
      simulated: pair.simulatedAnswer,
      isRight: pair.isRight,
    };
  });
}

function readCurrentLine(line: string): CurrentLine[] {
  const [, number, text = "", helped, misled] =
    /^(\d+)\. (.*) \[.*helped (\d+), misled (\d+)\]$/.exec(line) ?? [];
  if (number === undefined) return [];
  return [{ number: Number(number), text, helped: Number(helped), misled: Number(misled) }];
}

function humanText(messages: readonly BaseMessage[]): string {
  return messages.findLast((message) => message.type === "human")?.text ?? "";
}
