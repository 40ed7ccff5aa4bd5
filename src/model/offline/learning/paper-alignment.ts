import type { BaseMessage } from "@langchain/core/messages";
import { readPair } from "./alignment-reading.js";
import { writeLesson } from "./critique.js";
import {
  boundedLine,
  isAboutSame,
  isTelling,
  type LearnedLine,
  mergeLearned,
  readLearnedLine,
  writeLearnedLine,
} from "./learned-line.js";
import { findRecurring, type LearningItem } from "./recurring.js";
import { blocks } from "../answering/request-reading.js";
import { contentWords } from "../offline-words.js";

const heading = "Preferences learned from what this user really answered:";
const mostKeywords = 10;
const mostLessonWords = 24;
/** So that the persona stays bounded however often it is rewritten. */
const mostLines = 8;

/**
 * Answers the two prompts of paper mode, which are told from a conversation by their last line and what they hold.
 *
 * @returns `null` for any other request.
 */
export function answerPaper(messages: readonly BaseMessage[]): string | null {
  const [message, ...others] = messages;
  if (message?.type !== "human" || others.length > 0) return null;
  const { text } = message;
  if (/<simulated_answer>[\s\S]*\nFeedback:\s*$/.test(text)) return writeFeedback(text);
  if (/^<system_prompt>[\s\S]*\nNew system prompt:\s*$/m.test(text)) return rewritePersona(text);
  return null;
}

/** One critique, with the paper's three tips; its second line is what the rewriting reads. */
function writeFeedback(text: string): string {
  const pair = readPair(text);
  const words = contentWords(pair.subject).filter(isTelling).slice(0, mostLessonWords);
  const known = words.slice(0, mostKeywords).join(", ") || "nothing that can be named";
  return [
    pair.isRight
      ? "The answer is right; keep what led to it."
      : "The answer is wrong; the persona should say what the user prefers here.",
    `Preference: ${writeLesson(pair, words)}`,
    `Search keywords: ${known}.`,
    `Profile: the user deals with ${known}.`,
  ].join("\n");
}

/** The persona as it was, with what recurs in the feedback in a list at its end, or what is wrong where nothing recurs. */
function rewritePersona(text: string): string {
  const persona = (blocks(text, "system_prompt")[0] ?? "").trim();
  const items = blocks(text, "feedback").flatMap(readFeedback);
  const recurring = findRecurring(items).map(({ line }) => line);
  const single = items.filter(({ isRight }) => !isRight).map(({ line }) => boundedLine(line));
  const found = recurring.length > 0 ? recurring : single;

  const [before = "", after = ""] = persona.split(heading);
  const listed = after
    .split("\n")
    .flatMap((line) => readLearnedLine(line.replace(/^- /, "")) ?? []);
  const lines = found.reduce(withLine, listed).slice(-mostLines);
  if (lines.length === 0) return persona;
  // The tags of the summary come disarmed, and would say nothing to a reader.
  const kept = before.replaceAll(/^‹\/?user_summary>\n?/gm, "").trim();
  return [kept, "", heading, ...lines.map((line) => `- ${writeLearnedLine(line)}`)].join("\n");
}

/** A line about the same answer takes the new words in, and counts as the latest. */
function withLine(lines: readonly LearnedLine[], line: LearnedLine): LearnedLine[] {
  const same = lines.find((each) => isAboutSame(each, line));
  if (same === undefined) return [...lines, line];
  return [...lines.filter((each) => each !== same), mergeLearned(line, same)];
}

function readFeedback(block: string): (LearningItem & { readonly line: LearnedLine })[] {
  return block.split(/^Feedback \d+:$/m).flatMap((feedback, number) => {
    const [, lesson = ""] = /^Preference: (.*)$/m.exec(feedback) ?? [];
    const line = readLearnedLine(lesson);
    if (line === null) return [];
    const answer = line.answer ?? line.mentions.join(" ");
    const isRight = /^The answer is right;/m.test(feedback);
    return [{ number, words: line.when, answer, simulated: "", isRight, line }];
  });
}
