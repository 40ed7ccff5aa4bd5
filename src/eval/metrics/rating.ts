import { PersonaAgentError } from "../../system/errors.js";
import type { Answer } from "../prediction.js";

const least = 1;
const most = 5;
/** What Python's `float` accepts, except "nan" and "inf", which make LaMP's evaluator fail. */
const number = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;

/** A rating as a number of any size; `null` when the text is none. Space around it does not count. */
export function parseRating(text: string): number | null {
  const trimmed = text.trim();
  const value = number.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** For both metrics: the count of answers, the sum of their distances, and the sum of the squared distances. */
export function errorSums(answers: readonly Answer[]): number[] {
  const errors = answers.map(errorOf);
  const sum = (of: (error: number) => number) =>
    errors.reduce((total, error) => total + of(error), 0);
  return [errors.length, sum(Math.abs), sum((error) => error ** 2)];
}

/** The mean distance between prediction and gold, 0 or more. */
export function meanAbsoluteErrorOf([answers = 0, distances = 0]: readonly number[]): number {
  return distances / answers;
}

/** The root of the mean squared distance between prediction and gold, 0 or more. */
export function rootMeanSquareErrorOf([answers = 0, , squares = 0]: readonly number[]): number {
  return Math.sqrt(squares / answers);
}

/** Prediction minus gold; no number counts as the extreme (1 or 5) farther away, 5 where both are equally far. */
function errorOf({ gold, prediction }: Answer): number {
  const truth = parseRating(gold);
  if (truth === null)
    throw new PersonaAgentError(
      "config-invalid",
      `The gold ${JSON.stringify(gold)} is no rating; expected a number. Check the set's outputs file.`,
    );
  const farther = Math.abs(least - truth) > Math.abs(most - truth) ? least : most;
  return (parseRating(prediction) ?? farther) - truth;
}
