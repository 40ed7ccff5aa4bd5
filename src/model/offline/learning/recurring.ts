import { boundedLine, isChoice, isTelling, type LearnedLine } from "./learned-line.js";
import { contentWords } from "../offline-words.js";

/** One answered question, as something to learn from. */
export interface LearningItem {
  /** From 1, in the order of the batch. */
  readonly number: number;
  /** Content words of the question. */
  readonly words: readonly string[];
  /** What the user answered, or the text that this stands for. */
  readonly answer: string;
  readonly simulated: string;
  readonly isRight: boolean;
}

/** A line that several items show, and their numbers. */
export interface Recurring {
  readonly line: LearnedLine;
  readonly items: readonly number[];
}

const leastItems = 2;
/** An answer with fewer content words is a label that happens to stand alone. */
const leastWordsOfText = 3;

/**
 * What recurs in a batch: an answer with words that its questions share, or words that answers in the user's own
 * wording share. Only where an item was answered wrongly; most wrong items first.
 */
export function findRecurring(items: readonly LearningItem[]): Recurring[] {
  const keyOf = ({ answer }: LearningItem) => answer.trim().toLowerCase();
  const groups = [...new Set(items.filter(({ answer }) => isChoice(answer)).map(keyOf))]
    .map((key) => items.filter((item) => keyOf(item) === key))
    .filter((group) => distinct(group) >= leastItems);
  const chosen = new Set(groups.flat());
  const texts = items.filter(
    (item) => !chosen.has(item) && contentWords(item.answer).length >= leastWordsOfText,
  );
  const wrong = (numbers: readonly number[]) =>
    items.filter((item) => !item.isRight && numbers.includes(item.number)).length;
  return [...groups.flatMap((group) => ofChoice(group, items)), ...ofTexts(texts)]
    .filter((found) => wrong(found.items) > 0)
    .toSorted((a, b) => wrong(b.items) - wrong(a.items) || b.items.length - a.items.length);
}

function ofChoice(group: readonly LearningItem[], items: readonly LearningItem[]): Recurring[] {
  const others = items.filter((item) => !group.includes(item));
  const when = tellingWords(group.map(wordsOf), others.map(wordsOf));
  const shown = group.filter(({ words }) => words.some((word) => when.includes(word)));
  return recurring({ answer: group.at(-1)?.answer.trim() ?? "", mentions: [], when }, shown);
}

function ofTexts(texts: readonly LearningItem[]): Recurring[] {
  const simulated = texts.flatMap((item) => (item.isRight ? [] : [contentWords(item.simulated)]));
  const own = texts.map(({ answer }) => contentWords(answer));
  const mentions = tellingWords(own, simulated);
  const shown = texts.filter((_, index) => own[index]?.some((word) => mentions.includes(word)));
  const others = texts.filter((item) => !shown.includes(item));
  const when = tellingWords(shown.map(wordsOf), others.map(wordsOf));
  return recurring({ answer: null, mentions, when }, shown);
}

function recurring(line: LearnedLine, shown: readonly LearningItem[]): Recurring[] {
  if (distinct(shown) < leastItems) return [];
  return [{ line: boundedLine(line), items: shown.map(({ number }) => number) }];
}

function wordsOf({ words }: LearningItem): readonly string[] {
  return words;
}

/** Words that at least two texts hold, and hardly any of the others; what tells best comes first. */
function tellingWords(
  own: readonly (readonly string[])[],
  others: readonly (readonly string[])[],
): string[] {
  const count = (texts: readonly (readonly string[])[], word: string) =>
    texts.filter((words) => words.includes(word)).length;
  return [...new Set(own.flat())]
    .filter(isTelling)
    .map((word) => ({ word, score: count(own, word) - 2 * count(others, word) }))
    .filter(({ score }) => score >= leastItems)
    .toSorted((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
    .map(({ word }) => word);
}

/** The same question asked twice shows a thing once. */
function distinct(items: readonly LearningItem[]): number {
  return new Set(items.map(({ words }) => words.join(" "))).size;
}
