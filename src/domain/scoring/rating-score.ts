import type { AnswerScale } from "../stated-answers.js";

/** The lowest and highest answer that a question allows, and the true one. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly truth: number;
}

const wholeNumber = /^[+-]?\d+(?:\.\d+)?$/;
const numberInText = /(?<!\d\s?)-?\d+(?:\.\d+)?|\d+(?:\.\d+)?/g;

/** Longer true answers are sentences, and not a number with its unit. */
const longestRating = 24;

/** The scale of the options; `null` unless all are numbers, two differ, and the truth is between them. */
export function parseScale(options: readonly string[], trueAnswer: string): Scale | null {
  const numbers = options.map(parseNumber).filter((value) => value !== null);
  if (numbers.length < 2 || numbers.length < options.length) return null;
  return truthOnScale({ least: Math.min(...numbers), greatest: Math.max(...numbers) }, trueAnswer);
}

/** The true answer on a scale: a number, also as "4 stars" or "4/5"; `null` for another text, and outside of the ends. */
export function truthOnScale({ least, greatest }: AnswerScale, trueAnswer: string): Scale | null {
  const isShort = trueAnswer.length <= longestRating;
  const truth = parseNumber(trueAnswer) ?? (isShort ? oneNumberIn(trueAnswer, greatest) : null);
  if (truth === null || least >= greatest || truth < least || truth > greatest) return null;
  return { least, most: greatest, truth };
}

/**
 * @returns 1 - |answer - truth| / (most - least), not below 0. The answer is the one number in the text ("4",
 *   "4.5 stars", "4 out of 5"). A text with none, or with two that differ, counts as the farther end of the scale.
 *
 * Source: LaMP's evaluator, which replaces an answer that is no number by the end farther from the gold value. We also
 * take a number with words beside it.
 */
export function numberScore(answer: string, { least, most, truth }: Scale): number {
  const farther = truth - least >= most - truth ? least : most;
  const value = oneNumberIn(answer, most) ?? farther;
  return Math.max(0, 1 - Math.abs(value - truth) / (most - least));
}

/**
 * The one number in an answer, which may be there twice; `null` for none, or two that differ.
 *
 * @param most - The end of the scale, for "4 out of 5" and "4/5".
 */
export function oneNumberIn(answer: string, most: number): number | null {
  const text = answer.normalize("NFKC").replaceAll(/[−–]/g, "-");
  const ofMost = new RegExp(`(\\d)\\s*(?:/|(?:out )?of)\\s*${most}(?!\\.?\\d)`, "gi");
  const values = [...text.replaceAll(ofMost, "$1").matchAll(numberInText)].map(([found]) =>
    Number(found),
  );
  const [value] = values;
  return value !== undefined && values.every((other) => other === value) ? value : null;
}

function parseNumber(text: string): number | null {
  const trimmed = text.normalize("NFKC").trim();
  return wholeNumber.test(trimmed) ? Number(trimmed) : null;
}
