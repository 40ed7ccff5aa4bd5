import { numberedOptions } from "../../domain/numbered-question.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { choiceScore } from "../../domain/scoring/choice-score.js";
import { oneNumberIn } from "../../domain/scoring/rating-score.js";
import type { EvalTask } from "../eval-case.js";
import { parseRating } from "./rating.js";

/** The highest rating, as in "4 out of 5". */
const mostStars = 5;

/**
 * A model's output as the metrics take it, read the same way for every method.
 *
 * LaMP's evaluator strips the output and matches it exactly. Beyond that a label is taken here in any case and spacing,
 * in quotes or brackets, with a full stop after it, and from a sentence that names it and no other label ("The tag is
 * comedy."); where labels stand for texts (`[1]: "..."`), also from an answer that has the text of one and of no other. A
 * rating is the one number of the text ("4 stars", "4 out of 5", "**4**"). What is neither stays as it was, stripped, and
 * LaMP's metrics then count it as wrong.
 *
 * @param set.labels - The answers that the set's questions allow; not used for ratings.
 * @param question - As it was asked.
 */
export function parsePrediction(
  output: string,
  { task, labels }: { readonly task: EvalTask; readonly labels: readonly string[] },
  question: string,
): string {
  const text = output.trim();
  if (task === "LaMP_3")
    return parseRating(text) === null ? String(oneNumberIn(text, mostStars) ?? text) : text;
  if (labels.includes(text)) return text;
  const named = labels.find((label) => choiceScore(text, label, labels) === 1);
  return named ?? labelOfText(text, labels, question) ?? text;
}

function labelOfText(answer: string, labels: readonly string[], question: string) {
  const options = numberedOptions(parseQuestion(question).subject).map(({ label, text }) => ({
    label,
    // Within a sentence an option lacks the full stop at its end.
    text: text.replace(/[\s.!]+$/, ""),
  }));
  const texts = options.map(({ text }) => text);
  const meant = options.find(({ text }) => choiceScore(answer, text, texts) === 1);
  return labels.find((label) => label === meant?.label);
}
