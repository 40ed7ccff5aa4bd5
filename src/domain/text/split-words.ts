import { plainText } from "./plain-text.js";
import { unspacedScripts } from "./unspaced-scripts.js";

/** Only a dictionary finds the words of these scripts. */
const unspaced = new RegExp(unspacedScripts, "v");
const segmenter = new Intl.Segmenter("en", { granularity: "word" });
const notWord = /[^\p{L}\p{M}\p{N}]+/u;

/** The words of a text, in any script, composed and in lower case, in order, repeated as in the text. */
export function splitWords(text: string): string[] {
  const folded = plainText(text).normalize("NFC").toLowerCase();
  if (!unspaced.test(folded)) return folded.split(notWord).filter((word) => word !== "");
  return [...segmenter.segment(folded)]
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment }) => segment);
}

/** How often each word is there, in the order of their first places. */
export function countWords(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Whether a word is of a script that is written without spaces. */
export function isUnspaced(word: string): boolean {
  return unspaced.test(word);
}
