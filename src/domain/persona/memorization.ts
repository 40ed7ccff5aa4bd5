import { parseQuestion } from "../lamp-question.js";
import type { PersonaLine } from "./persona-checkpoint.js";
import { holdsPhrase, runsOf, wordsIn } from "../text/text-similarity.js";

/** One item of a batch, as far as checks look at it. */
export interface BatchItem {
  readonly episodeId: string;
  readonly question: string;
  /** What the user really answered. */
  readonly answer: string;
}

/** Words in a row that nobody says twice by chance. */
const longRun = 8;
/** Enough beside the item's answer, in a line that rests on that item alone. */
const shortRun = 5;
/** An answer of so many words is a text of its own; a shorter one is likely one of a set of answers. */
const textAnswer = 5;

/**
 * The item that a line has learned by heart, with its number from 1 and how; `null` when there is none. Words that
 * questions or answers of several items share are no item's own, and the same question asked twice is one item.
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

interface ReadItem extends BatchItem {
  /** Whether the answer is one of the answers that the question allows. */
  readonly isLabel: boolean;
  readonly subject: string;
  readonly subjectWords: readonly string[];
  readonly answerWords: readonly string[];
}

/** Every line of an update is held against the same batch, and its questions may be long. */
const readBatches = new WeakMap<readonly BatchItem[], readonly ReadItem[]>();

function readBatch(batch: readonly BatchItem[]): readonly ReadItem[] {
  const known = readBatches.get(batch);
  if (known !== undefined) return known;
  const items = batch.map((item) => {
    const { subject, options } = parseQuestion(item.question);
    const isLabel = options?.includes(item.answer) ?? false;
    return {
      ...item,
      isLabel,
      subject,
      subjectWords: wordsIn(subject),
      answerWords: wordsIn(item.answer),
    };
  });
  readBatches.set(batch, items);
  return items;
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
