import type { EvalReport, Paired, Result } from "../summary/eval-report.js";
import type { MetricName } from "../../metrics/metrics.js";
import type { ArmRecord } from "../../run/run-record.js";
import { ours } from "../summary/studies.js";

/**
 * Arms of the main table, and those that lack one part of `persona-agent`, in the run's order. None where the arms outside
 * a study are only its rivals.
 */
export function tableArms({ run }: EvalReport): {
  readonly methods: readonly ArmRecord[];
  readonly ablations: readonly ArmRecord[];
} {
  const outside = run.arms.filter(({ study }) => study === null);
  const isWhole = outside.length === run.arms.length || outside.some(({ id }) => id === ours);
  const arms = isWhole ? outside : [];
  const isAblation = ({ method }: ArmRecord) => method.startsWith("without-");
  return { methods: arms.filter((arm) => !isAblation(arm)), ablations: arms.filter(isAblation) };
}

export function armResult({ results }: EvalReport, set: string, arm: string): Result | undefined {
  return results.find((result) => result.set === set && result.method === arm);
}

/** The differences of one metric on a set. */
export function pairedOn({ paired }: EvalReport, set: string, metric: MetricName): Paired[] {
  return paired.filter((entry) => entry.set === set && entry.metric === metric);
}
