import { parseQuestion } from "../lamp-question.js";
import { choiceScore, isSameAnswer } from "./choice-score.js";
import { numberScore, parseScale } from "./rating-score.js";
import { textScore } from "./rouge-l.js";

/** Scores answers to one question against its true answer. */
export interface Scorer {
  readonly kind: "choice" | "number" | "text";
  /** @returns 0 to 1, higher is better; 1 for the true answer itself. Same answer, same score, on every machine. */
  readonly score: (answer: string) => number;
}

/**
 * The scorer of a question and its true answer: by distance where the options are a scale of numbers with the true
 * answer on it, right or wrong where it is one of the options, else by shared words (an open question, or a true answer
 * that is no option).
 *
 * @param question - As it was asked; options are read from LaMP's wordings only.
 */
export function scorerFor(question: string, trueAnswer: string): Scorer {
  const { options } = parseQuestion(question);
  const scale = parseScale(options ?? [], trueAnswer);
  if (scale !== null) return { kind: "number", score: (answer) => numberScore(answer, scale) };
  if (options?.some((option) => isSameAnswer(option, trueAnswer)) === true)
    return { kind: "choice", score: (answer) => choiceScore(answer, trueAnswer, options) };
  return { kind: "text", score: (answer) => textScore(answer, trueAnswer) };
}
