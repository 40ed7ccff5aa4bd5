import { longestCommonSubsequence } from "./longest-common-subsequence.js";
import { plainText } from "./plain-text.js";
import { unspacedScripts } from "./unspaced-scripts.js";

const unspaced = new RegExp(unspacedScripts, "v");
const segmenter = new Intl.Segmenter("en", { granularity: "word" });
const word = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*/gu;
/** The segmenter's time grows with the square of a text's length: 30,000 characters at once took two seconds. */
const piece = /.{1,100}/gsu;

/** The words of a text in any script, in order, compatibility forms and capitals folded. */
export function wordsIn(text: string): string[] {
  const found = plainText(text).normalize("NFKC").toLowerCase().match(word) ?? [];
  return found.flatMap((each) => {
    if (!unspaced.test(each)) return [each];
    return (each.match(piece) ?? []).flatMap((part) =>
      [...segmenter.segment(part)].map(({ segment }) => segment),
    );
  });
}

/** Whether `phrase` stands in `words`, in order and without a gap. False for an empty phrase. */
export function holdsPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  if (phrase.length === 0) return false;
  return words.some((_, start) => phrase.every((word, n) => words[start + n] === word));
}

/** Every run of `length` words, in order. Empty for fewer words. */
export function runsOf(words: readonly string[], length: number): string[][] {
  return words.slice(length - 1).map((_, start) => words.slice(start, start + length));
}

/**
 * How alike two texts read, from 0 to 1: the longest common subsequence of their words, over the longer text. Order
 * counts, because "comedy over drama" and "drama over comedy" have the same words.
 */
export function likeness(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  return longestCommonSubsequence(a, b) / Math.max(a.length, b.length);
}

/** Makes one word of "replies" and "reply", "listed" and "list". Crude, but the same for both texts. */
export function stem(word: string): string {
  return word.length < 4
    ? word
    : word.replace(/(?:ies|ied|y)$/, "i").replace(/(?:ing|ed|es|s)$/, "");
}
