import type { LampTask } from "../../domain/lamp-question.js";
import { choiceScore } from "../../domain/scoring/choice-score.js";
import { oneNumberIn } from "../../domain/scoring/rating-score.js";
import { parseRating } from "./rating.js";

/** The highest rating, as in "4 out of 5". */
const mostStars = 5;

/**
 * A model's output as the metrics take it, read the same way for every method.
 *
 * LaMP's evaluator strips the output and matches it exactly. Beyond that a label is taken here in any case and spacing,
 * in quotes or brackets, with a full stop after it, and from a sentence that names it and no other label ("The tag is
 * comedy."); a rating is the one number of the text ("4 stars", "4 out of 5", "**4**"). What is neither stays as it was,
 * stripped, and LaMP's metrics then count it as wrong.
 *
 * @param set.labels - The answers that the set's questions allow; not used for ratings.
 */
export function parsePrediction(
  output: string,
  { task, labels }: { readonly task: LampTask; readonly labels: readonly string[] },
): string {
  const text = output.trim();
  if (task === "LaMP_3")
    return parseRating(text) === null ? String(oneNumberIn(text, mostStars) ?? text) : text;
  if (labels.includes(text)) return text;
  return labels.find((label) => choiceScore(text, label, labels) === 1) ?? text;
}
