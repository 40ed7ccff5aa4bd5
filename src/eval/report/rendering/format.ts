import type { EvalTask } from "../../eval-case.js";
import type { MetricName } from "../../metrics/metrics.js";
import type { IntervalEstimate } from "../../metrics/bootstrap.js";
import type { PaperCell } from "../summary/paper-numbers.js";

export const metricTitles: Readonly<Record<MetricName, string>> = {
  accuracy: "Accuracy ↑",
  f1: "Macro-F1 ↑",
  mae: "MAE ↓",
  rmse: "RMSE ↓",
};

export const taskTitles: Readonly<Record<EvalTask, string>> = {
  LaMP_1: "LaMP-1, citation identification",
  LaMP_2N: "LaMP-2N, news categorization",
  LaMP_2M: "LaMP-2M, movie tagging",
  LaMP_3: "LaMP-3, product rating",
  PrefEval: "PrefEval, the option that fits a preference",
};

/** The metrics of a task, the first of them the one that overviews show. */
export function metricsOf(task: EvalTask): readonly [MetricName, ...MetricName[]] {
  if (task === "PrefEval") return ["accuracy"];
  return task === "LaMP_3" ? ["mae", "rmse"] : ["accuracy", "f1"];
}

export function isLowerBetter(metric: MetricName): boolean {
  return metric === "mae" || metric === "rmse";
}

/** Three decimals. */
export const score = (value: number): string => value.toFixed(3);

/** With its sign, as `+0.012`; a zero has none. */
export function difference(value: number): string {
  const digits = Math.abs(value).toFixed(3);
  if (Number(digits) === 0) return digits;
  return `${value < 0 ? "−" : "+"}${digits}`;
}

/** `[0.812, 0.901]`, or why there is none. */
export function interval({ low, high }: Omit<IntervalEstimate, "value">, format = score): string {
  return low === null || high === null ? "one user" : `[${format(low)}, ${format(high)}]`;
}

export function seconds(value: number): string {
  if (value === 0 || value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(value >= 0.1 ? 2 : 4);
}

/** Digits in groups of three, the same on every machine. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function perQuestion(value: number): string {
  return Number.isInteger(value) || value >= 100 ? whole(value) : value.toFixed(2);
}

/** `0.862`, `≤ 0.862` where only a bound is known, or `unknown`. */
export function shownPaperCell(cell: PaperCell, digits = 3): string {
  if (cell.kind === "unknown") return "unknown";
  const text = cell.value.toFixed(digits);
  if (cell.kind === "value") return text;
  return `${cell.limit === "at most" ? "≤" : "≥"} ${text}`;
}
