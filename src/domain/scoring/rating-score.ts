/** The lowest and highest answer that a question allows, and the true one. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly truth: number;
}

const wholeNumber = /^[+-]?\d+(?:\.\d+)?$/;
const numberInText = /(?<!\d\s?)-?\d+(?:\.\d+)?|\d+(?:\.\d+)?/g;

/** The scale that options form; `null` unless all of them are numbers, two differ, and the truth lies between. */
export function parseScale(options: readonly string[], trueAnswer: string): Scale | null {
  const numbers = options.map(parseNumber).filter((value) => value !== null);
  const truth = parseNumber(trueAnswer);
  if (truth === null || numbers.length < 2 || numbers.length < options.length) return null;
  const scale = { least: Math.min(...numbers), most: Math.max(...numbers), truth };
  return scale.least < scale.most && truth >= scale.least && truth <= scale.most ? scale : null;
}

/**
 * @returns 1 - |answer - truth| / (most - least), not below 0. The answer is the one number in the text ("4",
 *   "4.5 stars", "4 out of 5"). A text with none, or with two that differ, counts as the farther end of the scale.
 *
 * Source: LaMP's evaluator, which replaces what is not a number by the extreme farther from the gold value. We
 * differ: it takes no word beside the number.
 */
export function numberScore(answer: string, { least, most, truth }: Scale): number {
  const farther = truth - least >= most - truth ? least : most;
  const value = oneNumberIn(answer, most) ?? farther;
  return Math.max(0, 1 - Math.abs(value - truth) / (most - least));
}

/**
 * The number that an answer gives: the one in its text, also where it comes twice. `null` for none, or two that differ.
 *
 * @param most - The end of the scale, which "4 out of 5" and "4/5" name beside the number.
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
