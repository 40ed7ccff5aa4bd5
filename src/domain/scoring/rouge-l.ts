import { longestCommonSubsequence } from "../text/longest-common-subsequence.js";
import { unspacedScripts } from "../text/unspaced-scripts.js";

const token = new RegExp(
  `${unspacedScripts}\\p{M}*|[[\\p{L}\\p{M}\\p{N}]--${unspacedScripts}]+`,
  "gv",
);
/** Enough for any answer that is stored, and bounds the time: it grows with the product of both lengths. */
const maxTokens = 2_000;

/**
 * @returns ROUGE-L's F1: how much of both texts their longest common sequence of words makes up, 0 to 1. Words are
 *   compared without case and punctuation; in scripts without spaces each character is a word. Only the first
 *   2,000 words of each text count. Texts without words (an emoji) are right or wrong as a whole.
 *
 * Source: ROUGE-L without stemming, as LaMP reports it for its generation tasks.
 */
export function textScore(answer: string, trueAnswer: string): number {
  const given = tokensOf(answer);
  const truth = tokensOf(trueAnswer);
  if (truth.length === 0) return symbolsOf(answer) === symbolsOf(trueAnswer) ? 1 : 0;
  if (given.length === 0) return 0;
  return (2 * longestCommonSubsequence(given, truth)) / (given.length + truth.length);
}

function tokensOf(text: string): string[] {
  return (text.normalize("NFKC").toLowerCase().match(token) ?? []).slice(0, maxTokens);
}

function symbolsOf(text: string): string {
  return text.normalize("NFKC").replaceAll(/\s+/gu, "");
}
