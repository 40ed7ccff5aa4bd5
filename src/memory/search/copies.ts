import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { textTerms } from "../../domain/text/search-terms.js";
import { countWords, splitWords } from "../../domain/text/split-words.js";
import { storableText } from "../../domain/text/storable-text.js";
import { likeness } from "../../domain/text/text-similarity.js";

/** From here on two questions ask the same: of ten words one may differ. */
const sameFrom = 0.9;
/** Of a longer text the beginning tells. UTF-16 units. */
const comparedLength = 1_000;
const question = /[?？؟]\s*$/;

interface Compared {
  readonly words: readonly string[];
  /** How often each of them is there. */
  readonly counts: ReadonlyMap<string, number>;
  /** The words as one text. */
  readonly text: string;
  /** Of a question: its terms as search knows them, in order, as one text. Empty for a statement. */
  readonly asked: string;
  readonly groundTruth: string | null;
}

/**
 * Tells the copies among episodes that are shown to it one after the other: the same text again, a question that is
 * nearly the same, or one without a true answer that asks for the same in other small words. Statements have to be the same word for word, as one word can make them say the opposite. Another
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
  const terms = question.test(text) ? textTerms(text) : [];
  const counts = countWords(words);
  return { words, counts, text: words.join(" "), asked: terms.join(" "), groundTruth };
}

function isCopyOf(one: Compared, other: Compared): boolean {
  if (one.groundTruth !== null && one.groundTruth !== other.groundTruth) return false;
  if (one.text === other.text) return true;
  if (one.asked === "" || other.asked === "") return false;
  // "So what could I cook tonight?": told apart by nothing that search looks for, and neither says anything of the user.
  if (one.asked === other.asked && other.groundTruth === null) return true;
  const longer = Math.max(one.words.length, other.words.length);
  return (
    wordsInCommon(one, other) / longer >= sameFrom && likeness(one.words, other.words) >= sameFrom
  );
}

/** In whatever order: no fewer than in the same order, and told in a fraction of the time. */
function wordsInCommon({ counts }: Compared, { counts: others }: Compared): number {
  let common = 0;
  for (const [word, count] of counts) common += Math.min(count, others.get(word) ?? 0);
  return common;
}
