import { parseQuestion } from "../lamp-question.js";
import { isSameAnswer } from "./choice-score.js";
import { optionsInWords } from "./options-in-words.js";
import { parseScale, type Scale, truthOnScale } from "./rating-score.js";
import type { AnswerScale } from "../stated-answers.js";
import { scalesInWords } from "./scale-in-words.js";

/** The answers that a question allows, the true one among them: numbers on a scale, or options. */
export type AllowedAnswers =
  | { readonly kind: "rating"; readonly scale: Scale }
  | { readonly kind: "choice"; readonly options: readonly string[] };

/**
 * The answers that a question allows: as it states them, in a known wording or as `askedQuestion` writes it, or as it says
 * in plain words. `null` for an open question, and where the true answer is none of them.
 *
 * @param question - As it was asked, with what was stated beside it.
 */
export function allowedAnswers(question: string, trueAnswer: string): AllowedAnswers | null {
  const { options, scale } = parseQuestion(question);
  if (scale !== null) return ratingOn([scale], trueAnswer);
  if (options !== null) return amongOptions(options, trueAnswer);
  const said = optionsInWords(question, trueAnswer);
  return said === null
    ? ratingOn(scalesInWords(question), trueAnswer)
    : amongOptions(said, trueAnswer);
}

function ratingOn(scales: readonly AnswerScale[], trueAnswer: string): AllowedAnswers | null {
  const [scale] = scales.flatMap((each) => truthOnScale(each, trueAnswer) ?? []);
  return scale === undefined ? null : { kind: "rating", scale };
}

function amongOptions(options: readonly string[], trueAnswer: string): AllowedAnswers | null {
  const scale = parseScale(options, trueAnswer);
  if (scale !== null) return { kind: "rating", scale };
  const isListed = options.some((option) => isSameAnswer(option, trueAnswer));
  return isListed ? { kind: "choice", options } : null;
}
