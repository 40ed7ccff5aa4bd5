import type { BaseMessage } from "@langchain/core/messages";
import { type Critique, critiqueSchema } from "../../../prompts/learning/textual-loss.js";
import { truncate } from "../../../domain/text/truncate.js";
import { type ReadPair, readLossRequest } from "./alignment-reading.js";
import { isSame, voteOfLine } from "../answering/answer-closed.js";
import { isTelling, writeLearnedLine } from "./learned-line.js";
import type { ShownInteraction } from "../answering/request-reading.js";
import { contentWords, sharedWords } from "../offline-words.js";

const mostKeywords = 10;
const shownAnswer = 60;

/** Criticises one answer by looking for what in its prompt named the true answer, and what the simulated one. */
export function answerCritique(messages: readonly BaseMessage[]): Critique {
  const { pair, lines, summary, interactions } = readLossRequest(messages);
  const near = interactions.filter(({ question }) => sharedWords(question, pair.subject) > 0);
  const pointing = (answer: string): Pointing => ({
    lines: lines.flatMap(({ text, number }) => (isNamedBy(text, answer, pair) ? [number] : [])),
    summary: summary.some((line) => isNamedBy(line, answer, pair)),
    interactions: near.filter((shown) => isGivenIn(shown, answer, pair)),
  });
  const { trueAnswer, simulatedAnswer, isRight } = pair;
  const right = pointing(trueAnswer);
  const wrong = isRight ? nothing : pointing(simulatedAnswer);
  const isKnownKind = near.length > 0;
  const gap = isRight ? "none" : gapOf(right, wrong, isKnownKind);
  const keywords = keywordsOf(pair, right.interactions);
  const shares = `${near.length} share words with the question`;
  return critiqueSchema.parse({
    rightlyUsed: isRight ? places(right) : "",
    wrong: isRight ? "" : `Answered ${named(simulatedAnswer)}, not ${named(trueAnswer)}.`,
    gap,
    towardsTruth: gap === "unexplained" ? "" : writeLesson(pair, keywords),
    searchKeywords: keywords.join(", "),
    priorInteractions: isKnownKind
      ? `${shares}, ${right.interactions.length} of them with the true answer.`
      : "",
    userDescription: "",
    linesThatHelped: right.lines,
    linesThatMisled: wrong.lines.filter((number) => !right.lines.includes(number)),
  });
}

/** What a pair teaches, in the wording of a learned line: the update counts its words. */
export function writeLesson(pair: ReadPair, when: readonly string[]): string {
  const { trueAnswer, simulatedAnswer, isRight } = pair;
  if (!pair.isText) return writeLearnedLine({ answer: trueAnswer.trim(), mentions: [], when });
  const known = new Set(isRight ? [] : contentWords(simulatedAnswer));
  const mentions = contentWords(trueAnswer).filter((word) => isTelling(word) && !known.has(word));
  return mentions.length === 0 ? "" : writeLearnedLine({ answer: null, mentions, when });
}

/** What of a prompt names an answer. */
interface Pointing {
  readonly lines: readonly number[];
  readonly summary: boolean;
  readonly interactions: readonly ShownInteraction[];
}
const nothing: Pointing = { lines: [], summary: false, interactions: [] };

function gapOf(right: Pointing, wrong: Pointing, isKnownKind: boolean): Critique["gap"] {
  if (places(right) !== "") return "unused";
  if (places(wrong) !== "") return "misleading";
  return isKnownKind ? "missing" : "unexplained";
}

function places({ lines, summary, interactions }: Pointing): string {
  return [
    ...lines.map((number) => `learned line ${number}`),
    ...(summary ? ["the summary"] : []),
    ...(interactions.length > 0 ? [`${interactions.length} past interactions`] : []),
  ].join(", ");
}

/** The words that past questions with the same answer hold too come first: those are likely to come again. */
function keywordsOf({ subject }: ReadPair, alike: readonly ShownInteraction[]): string[] {
  const words = contentWords(subject).filter(isTelling);
  const known = new Set(alike.flatMap(({ question }) => contentWords(question)));
  const isKnown = (word: string) => known.has(word);
  return [...words.filter(isKnown), ...words.filter((word) => !isKnown(word))].slice(
    0,
    mostKeywords,
  );
}

/** Whether a line speaks for an answer to this question; of a text of the user's own it need only hold a word. */
function isNamedBy(line: string, answer: string, { subject, isText }: ReadPair): boolean {
  if (answer.trim() === "") return false;
  if (!isText) return voteOfLine(line, { answer }, subject) > 0;
  return sharedWords(line, answer) > 0 && sharedWords(line, subject) > 0;
}

function isGivenIn(shown: ShownInteraction, answer: string, { isText }: ReadPair): boolean {
  if (shown.trueAnswer === null) return false;
  if (isText) return sharedWords(shown.trueAnswer, answer) > 0;
  return isSame(shown.trueAnswer, answer);
}

function named(answer: string): string {
  return `"${truncate(answer, shownAnswer)}"`;
}
