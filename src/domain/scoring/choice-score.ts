import { unspacedScripts } from "../text/unspaced-scripts.js";

const wrapping = "[\\s\"'`“”‘’‚„«»‹›「」『』*_()\\[\\]]";
const leading = new RegExp(`^${wrapping}+`, "u");
const trailing = new RegExp(`(?:${wrapping}|[.,;:!?…。、，！？：；])+$`, "u");
/** May not be next to an option within an answer: a letter or digit of a script with spaces. */
const wordPart = `[[\\p{L}\\p{M}\\p{N}]--${unspacedScripts}]`;

/**
 * @param options - The allowed answers; the true answer is one of them.
 * @returns 1 when the answer is the true option, or has that option and no other as whole words ("The tag is
 *   comedy."); else 0. Case, spaces, dashes, quotes, brackets around it and punctuation after it do not count.
 *
 * Source: LaMP's exact match, which we loosen so that a model is not scored on obeying "just answer with".
 */
export function choiceScore(
  answer: string,
  trueAnswer: string,
  options: readonly string[],
): number {
  const truth = bare(trueAnswer);
  const plain = bare(answer);
  if (plain === truth) return 1;
  const names = options.map(bare).filter((name) => name !== "");
  if (names.includes(plain)) return 0;
  const named = optionsIn(folded(answer), options);
  return named.size === 1 && named.has(truth) ? 1 : 0;
}

/** Whether two answers differ only in case, spaces, quotes and punctuation. */
export function isSameAnswer(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

/** The options that a text names; of two that overlap ("dark comedy", "comedy") the longer. */
function optionsIn(text: string, options: readonly string[]): Set<string> {
  // With its brackets, the option [1] differs from a number in a sentence.
  const names = options.map(folded).filter((name) => name !== "");
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  const anyName = longestFirst.map(escaped).join("|");
  if (anyName === "") return new Set();
  const mention = new RegExp(`(?<!${wordPart})(?:${anyName})(?!${wordPart})`, "gv");
  return new Set([...text.matchAll(mention)].map(([name]) => bare(name)));
}

function bare(answer: string): string {
  return folded(answer).replace(leading, "").replace(trailing, "");
}

function folded(answer: string): string {
  return answer
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/\p{Pd}/gu, "-")
    .replaceAll(/\s+/gu, " ")
    .trim();
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
