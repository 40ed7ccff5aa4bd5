import { longestCommonSubsequence } from "../text/longest-common-subsequence.js";
import { unspacedScripts } from "../text/unspaced-scripts.js";

const token = new RegExp(
  `${unspacedScripts}\\p{M}*|[[\\p{L}\\p{M}\\p{N}]--${unspacedScripts}]+`,
  "gv",
);
/** Enough for any stored answer. It bounds the time, which grows with the product of both lengths. */
const maxTokens = 2_000;

/**
 * @returns ROUGE-L's F1, 0 to 1: the share of both texts that is their longest common subsequence of words. Words are
 *   compared without case and punctuation; in scripts without spaces each character is a word. Only the first
 *   2,000 words of each text count. Texts without words (an emoji) are right or wrong as a whole.
 *
 * Source: ROUGE-L without stemming, as LaMP reports it for its generation tasks.
 */
export function textScore(answer: string, trueAnswer: string): number {
  const tokens = tokensOf(answer);
  const truth = tokensOf(trueAnswer);
  if (truth.length === 0) return symbolsOf(answer) === symbolsOf(trueAnswer) ? 1 : 0;
  if (tokens.length === 0) return 0;
  return (2 * longestCommonSubsequence(tokens, truth)) / (tokens.length + truth.length);
}

function tokensOf(text: string): string[] {
  return (text.normalize("NFKC").toLowerCase().match(token) ?? []).slice(0, maxTokens);
}

function symbolsOf(text: string): string {
  return text.normalize("NFKC").replaceAll(/\s+/gu, "");
}
