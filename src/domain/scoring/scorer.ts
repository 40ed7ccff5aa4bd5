import { allowedAnswers } from "./allowed-answers.js";
import { choiceScore } from "./choice-score.js";
import { numberScore } from "./rating-score.js";
import { textScore } from "./rouge-l.js";

/** Scores answers to one question against its true answer. */
export interface Scorer {
  readonly kind: "choice" | "number" | "text";
  /** @returns 0 to 1, higher is better; 1 for the true answer itself. Same answer, same score, on every machine. */
  readonly score: (answer: string) => number;
}

/**
 * The scorer of a question and its true answer: by distance where the answer is a number on a scale, right or wrong where
 * it is one of the options, else by shared words (an open question, or a true answer that the question does not allow).
 *
 * @param question - As it was asked, with what was stated beside it: `askedQuestion`.
 */
export function scorerFor(question: string, trueAnswer: string): Scorer {
  const allowed = allowedAnswers(question, trueAnswer);
  if (allowed === null) return { kind: "text", score: (answer) => textScore(answer, trueAnswer) };
  if (allowed.kind === "rating")
    return { kind: "number", score: (answer) => numberScore(answer, allowed.scale) };
  const { options } = allowed;
  return { kind: "choice", score: (answer) => choiceScore(answer, trueAnswer, options) };
}
