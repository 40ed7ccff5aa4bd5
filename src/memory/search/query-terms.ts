import { storableText } from "../../domain/text/storable-text.js";
import { unspacedScripts } from "../../domain/text/unspaced-scripts.js";
import { stopWords } from "../../domain/text/stop-words.js";

/** Only a dictionary finds the words of these scripts. */
const unspaced = new RegExp(unspacedScripts, "v");
const segmenter = new Intl.Segmenter("en", { granularity: "word" });
const notWord = /[^\p{L}\p{M}\p{N}]+/u;

/** One form of writing for everything that words are compared in: composed, lower case. */
export function foldWords(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** SQLite refuses a search for much longer ones, and with it the whole search; so much of a word is rare enough. */
const maxLookupLength = 100;

/** The words of a text, in any script, folded, in order, repeated as in the text. */
export function queryTerms(text: string): string[] {
  const folded = foldWords(text);
  if (!unspaced.test(folded)) return folded.split(notWord).filter((word) => word !== "");
  return [...segmenter.segment(folded)]
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment }) => segment);
}

/** The words to rank by: each once, no stop words unless there is nothing else. */
export function rankingWords(text: string, most = 400): string[] {
  const words = [...new Set(queryTerms(text))];
  const telling = words.filter((word) => !stopWords.has(word));
  return (telling.length > 0 ? telling : words).slice(0, most);
}

/**
 * The few words of a query that an index should look up, likely rarest first.
 *
 * Rarity is guessed from the query alone: no stop words, then by how often the query says a word times its length
 * (longer words are rarer; a text repeats what it is about). Counting in the user's episodes instead would cost a
 * read of them in every turn, or make what is recalled depend on what the process saw before.
 */
export function lookupWords(text: string, most = 6): string[] {
  const counts = new Map<string, number>();
  for (const word of queryTerms(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  // One letter of an alphabet is contained in nearly everything; one ideograph is a word.
  const telling = [...counts.keys()].filter(
    (word) => !stopWords.has(word) && (word.length > 1 || unspaced.test(word)),
  );
  const weight = (word: string) =>
    (counts.get(word) ?? 0) * Math.min(word.length * (unspaced.test(word) ? 4 : 1), 12);
  return telling
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, most)
    .map((word) => storableText(word, maxLookupLength));
}
