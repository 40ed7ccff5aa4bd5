import type { LampTask } from "../domain/question.js";
import type { Answer } from "./answers.js";
import { accuracy, macroF1 } from "./classification.js";
import { lampLabels } from "./labels.js";
import { meanAbsoluteError, rootMeanSquareError } from "./rating.js";

/** One number over answers, as LaMP's own evaluator computes it (arXiv 2304.11406; its code, eval/evaluation.py). */
export interface Metric {
  readonly name: "accuracy" | "macroF1" | "mae" | "rmse";
  readonly better: "higher" | "lower";
  /** @param answers - At least one. */
  readonly of: (answers: readonly Answer[]) => number;
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
      { name: "mae", better: "lower", of: meanAbsoluteError },
      { name: "rmse", better: "lower", of: rootMeanSquareError },
    ];
  return [
    { name: "accuracy", better: "higher", of: (answers) => accuracy(answers, labels) },
    { name: "macroF1", better: "higher", of: (answers) => macroF1(answers, labels) },
  ];
}
