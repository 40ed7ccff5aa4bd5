import type { LampTask } from "../../domain/lamp-question.js";
import type { Answer } from "./answers.js";
import { accuracyOf, labelCounts, macroF1Of } from "./classification.js";
import { lampLabels } from "../sets/labels.js";
import { errorSums, meanAbsoluteErrorOf, rootMeanSquareErrorOf } from "./rating.js";

/** One number over answers, as LaMP's own evaluator computes it (arXiv 2304.11406; its code, eval/evaluation.py). */
export interface Metric {
  readonly name: "accuracy" | "macroF1" | "mae" | "rmse";
  readonly better: "higher" | "lower";
  /** @param answers - At least one. */
  readonly of: (answers: readonly Answer[]) => number;
  /** What answers add up to; two lists of answers together have the sums of both, place by place. */
  readonly sums: (answers: readonly Answer[]) => readonly number[];
  /** The metric of the answers that came to these sums. */
  readonly ofSums: (sums: readonly number[]) => number;
}

/**
 * The metrics of a task: accuracy and macro-F1, or MAE and RMSE for ratings.
 *
 * @param labels - All answers a question allows, for sets with labels of their own. Ratings need none.
 */
export function metricsFor(
  task: LampTask,
  labels: readonly string[] = lampLabels(task),
): readonly [Metric, Metric] {
  if (task === "LaMP_3")
    return [
      metric("mae", "lower", errorSums, meanAbsoluteErrorOf),
      metric("rmse", "lower", errorSums, rootMeanSquareErrorOf),
    ];
  const counts: Metric["sums"] = (answers) => labelCounts(answers, labels);
  return [
    metric("accuracy", "higher", (answers) => counts(answers).slice(0, 2), accuracyOf),
    metric("macroF1", "higher", counts, macroF1Of),
  ];
}

function metric(
  name: Metric["name"],
  better: Metric["better"],
  sums: Metric["sums"],
  ofSums: Metric["ofSums"],
): Metric {
  return { name, better, of: (answers) => ofSums(sums(answers)), sums, ofSums };
}
