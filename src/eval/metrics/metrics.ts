import type { EvalTask } from "../eval-case.js";
import type { Answer } from "../prediction.js";
import { accuracyOf, labelCounts, macroF1Of } from "./classification.js";
import { taskLabels } from "../sets/labels.js";
import { errorSums, meanAbsoluteErrorOf, rootMeanSquareErrorOf } from "./rating.js";

/** A metric as reports and `--json` name it; `f1` is macro-F1. */
export type MetricName = "accuracy" | "f1" | "mae" | "rmse";

/** One number over answers, as LaMP's own evaluator computes it (arXiv 2304.11406; its code, eval/evaluation.py). */
export interface Metric {
  readonly name: MetricName;
  readonly better: "higher" | "lower";
  /** What answers add up to; two lists of answers together have the sums of both, place by place. */
  readonly sums: (answers: readonly Answer[]) => readonly number[];
  /** The metric of the answers that came to these sums; of at least one answer. */
  readonly ofSums: (sums: readonly number[]) => number;
}

/**
 * The metrics of a task: accuracy and macro-F1, or MAE and RMSE for ratings. PrefEval has accuracy alone: its labels are
 * places of options in a random order, and no classes.
 *
 * @param labels - All answers a question allows, for sets with labels of their own. Ratings need none.
 */
export function metricsFor(
  task: EvalTask,
  labels: readonly string[] = taskLabels(task),
): readonly [Metric, ...Metric[]] {
  if (task === "LaMP_3")
    return [
      { name: "mae", better: "lower", sums: errorSums, ofSums: meanAbsoluteErrorOf },
      { name: "rmse", better: "lower", sums: errorSums, ofSums: rootMeanSquareErrorOf },
    ];
  const counts: Metric["sums"] = (answers) => labelCounts(answers, labels);
  const accuracy: Metric = {
    name: "accuracy",
    better: "higher",
    sums: (answers) => counts(answers).slice(0, 2),
    ofSums: accuracyOf,
  };
  if (task === "PrefEval") return [accuracy];
  return [accuracy, { name: "f1", better: "higher", sums: counts, ofSums: macroF1Of }];
}
