import type { EvalReport, Result } from "../summary/eval-report.js";
import { ours } from "../summary/studies.js";

export type ArmRecord = EvalReport["run"]["arms"][number];

/**
 * Arms of the main table, and those that lack one thing that `persona-agent` has, in the run's order. None where all that
 * stand outside of a study are what its values are held against.
 */
export function tableArms({ run }: EvalReport): {
  readonly methods: readonly ArmRecord[];
  readonly ablations: readonly ArmRecord[];
} {
  const standing = run.arms.filter(({ study }) => study === null);
  const isWhole = standing.length === run.arms.length || standing.some(({ id }) => id === ours);
  const arms = isWhole ? standing : [];
  const isAblation = ({ method }: ArmRecord) => method.startsWith("without-");
  return { methods: arms.filter((arm) => !isAblation(arm)), ablations: arms.filter(isAblation) };
}

export function armResult({ results }: EvalReport, set: string, arm: string): Result | undefined {
  return results.find((result) => result.set === set && result.method === arm);
}
