import type { Arm, MethodDeps } from "../method.js";
import type { RunBudget } from "./call-gate.js";
import type { SelectedSet } from "./new-run.js";

export interface EvaluationOptions {
  readonly sets: readonly SelectedSet[];
  readonly arms: readonly Arm[];
  readonly deps: Omit<MethodDeps, "signal">;
  /** As the record names them. */
  readonly embeddingsName: string;
  readonly index: string;
  /** Made if it is missing. */
  readonly folder: string;
  readonly resume: boolean;
  /** Most questions, or preparations, in work at a time, and most model calls. */
  readonly concurrency: number;
  /** Most model calls that are begun in a minute. */
  readonly perMinute?: number;
  readonly budget?: RunBudget;
  readonly signal: AbortSignal;
  /** When the run began, by `performance.now()`: what it took until its first task is told apart. */
  readonly startMs: number;
  readonly now: () => Date;
  /** Told after every question and every preparation; both are counted in questions. */
  readonly progress?: (part: string, done: number, total: number) => void;
}
