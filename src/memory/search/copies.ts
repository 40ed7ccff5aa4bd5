import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { splitWords } from "../../domain/text/split-words.js";
import { storableText } from "../../domain/text/storable-text.js";
import { likeness } from "../../domain/text/text-similarity.js";

/** From here on two questions ask the same: of ten words one may differ. */
const sameFrom = 0.9;
/** Of a longer text the beginning tells. UTF-16 units. */
const comparedLength = 1_000;
const question = /[?？؟]\s*$/;

interface Compared {
  readonly words: readonly string[];
  /** The words as one text. */
  readonly text: string;
  readonly isQuestion: boolean;
  readonly groundTruth: string | null;
}

/**
 * Tells the copies among episodes that are shown to it one after the other: the same text again, or a question that is
 * nearly the same. Statements have to be the same word for word, as one word can make them say the opposite. Another
 * true answer to a question is information, and no copy; another response is none.
 */
export function createCopyFilter(): (episode: Pick<Episode, "query" | "groundTruth">) => boolean {
  const seen: Compared[] = [];
  return (episode) => {
    const compared = toCompared(episode);
    const isCopy = seen.some((other) => isCopyOf(compared, other));
    if (!isCopy) seen.push(compared);
    return isCopy;
  };
}

function toCompared({ query, groundTruth }: Pick<Episode, "query" | "groundTruth">): Compared {
  const text = storableText(parseQuestion(query).subject, comparedLength);
  const words = splitWords(text);
  return { words, text: words.join(" "), isQuestion: question.test(text), groundTruth };
}

function isCopyOf(one: Compared, other: Compared): boolean {
  if (one.groundTruth !== null && one.groundTruth !== other.groundTruth) return false;
  if (one.text === other.text) return true;
  const [a, b] = [one.words, other.words];
  if (!one.isQuestion || !other.isQuestion) return false;
  const [shorter, longer] = [Math.min(a.length, b.length), Math.max(a.length, b.length)];
  return shorter >= sameFrom * longer && likeness(a, b) >= sameFrom;
}
