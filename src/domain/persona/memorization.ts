import { parseQuestion } from "../lamp-question.js";
import { allowedAnswers } from "../scoring/allowed-answers.js";
import type { PersonaLine } from "./persona-checkpoint.js";
import { holdsPhrase, runsOf, wordsIn } from "../text/text-similarity.js";

/** The part of a batch's item that is checked. */
export interface BatchItem {
  readonly episodeId: string;
  readonly question: string;
  /** What the user really answered. */
  readonly answer: string;
}

/** Number of words in a row that are hardly the same by chance. */
const longRun = 8;
/** Enough next to the item's answer, in a line with no other evidence. */
const shortRun = 5;
/** An answer of this many words is a text; a shorter one is likely one of a set of answers. */
const textAnswer = 5;

/**
 * Finds the item that a line memorises, with its number from 1 and how; `null` when there is none. Words that several
 * items share do not count, and the same question asked twice is one item.
 */
export function findMemorization(
  line: PersonaLine,
  batch: readonly BatchItem[],
): { readonly number: number; readonly what: string } | null {
  const words = wordsIn(line.text);
  const items = readBatch(batch);
  for (const [index, item] of items.entries()) {
    const others = items.filter((other) => other.question !== item.question);
    const ownPhrase = (phrase: readonly string[]) =>
      holdsPhrase(item.subjectWords, phrase) &&
      !others.some((other) => holdsPhrase(other.subjectWords, phrase));
    const ownAnswer = (phrase: readonly string[]) =>
      holdsPhrase(item.answerWords, phrase) &&
      !others.some((other) => holdsPhrase(other.answerWords, phrase));
    const number = index + 1;

    if (runsOf(words, longRun).some(ownPhrase)) return { number, what: "quotes the question" };
    const isQuotedAnswer =
      !item.isLabel &&
      (runsOf(words, longRun).some(ownAnswer) ||
        (item.answerWords.length >= textAnswer &&
          holdsPhrase(words, item.answerWords) &&
          ownAnswer(item.answerWords)));
    if (isQuotedAnswer) return { number, what: "quotes the true answer" };

    if (!holdsPhrase(words, item.answerWords)) continue;
    const { subjectWords } = item;
    const isShort = subjectWords.length >= 3 && subjectWords.length < longRun;
    if (isShort && holdsPhrase(words, subjectWords) && ownPhrase(subjectWords))
      return { number, what: "repeats the question and the true answer" };
    const restsOnItAlone = line.evidence.every((id) =>
      batch.some((other) => other.episodeId === id && other.question === item.question),
    );
    if (!restsOnItAlone) continue;
    if (runsOf(words, shortRun).some(ownPhrase))
      return { number, what: "repeats words of the question, and the true answer," };
    const name = namesIn(item.subject).find((each) => holdsPhrase(words, each) && ownPhrase(each));
    if (name !== undefined)
      return { number, what: "repeats a name in the question, and the true answer," };
  }
  return null;
}

/** Every line of an update is checked against the same batch, and its questions may be long. */
const readBatches = new WeakMap<readonly BatchItem[], readonly ReturnType<typeof readItem>[]>();

function readBatch(batch: readonly BatchItem[]) {
  const items = readBatches.get(batch) ?? batch.map(readItem);
  readBatches.set(batch, items);
  return items;
}

function readItem({ question, answer }: BatchItem) {
  const { subject } = parseQuestion(question);
  // A label is one of the answers that the question allows.
  const isLabel = allowedAnswers(question, answer) !== null;
  const [subjectWords, answerWords] = [wordsIn(subject), wordsIn(answer)];
  return { question, isLabel, subject, subjectWords, answerWords };
}

/** Two and more capitalised words in a row, small words between them allowed: titles, people, places. */
function namesIn(text: string): string[][] {
  const capital = String.raw`\p{Lu}[\p{L}\p{M}\p{N}'’.-]*`;
  const pattern = new RegExp(
    `${capital}(?: (?:(?:of|the|and|a|an|in|on|to|for|de|la|von|van) ){0,2}(?:${capital}|\\p{N}+))+`,
    "gu",
  );
  return [...text.matchAll(pattern)].map(([name]) => wordsIn(name));
}
