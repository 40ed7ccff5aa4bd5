import { setMaxListeners } from "node:events";
import PQueue from "p-queue";
import { PersonaAgentError } from "../../errors.js";
import type { Arm, MethodDeps } from "../method.js";
import type { EvalCase } from "../eval-case.js";
import { readCases } from "../cases/open-cases.js";
import { type CallGate, type CallTally, createCallGate } from "./call-gate.js";
import { questionsOf } from "./new-run.js";
import type { EvaluationOptions } from "./evaluation-options.js";
import type { RunFolder } from "./run-folder.js";

/** What both phases have in common: a bounded number of tasks, one gate for their calls, one reason to stop. */
export interface Work {
  readonly gate: CallGate;
  readonly deps: MethodDeps;
  isStopped(): boolean;
  /** Begins a task once there is a place for it. It is not begun any more after a stop. */
  add(task: (tally: CallTally) => Promise<void>): Promise<void>;
  /** Waits for what was begun. @throws what ended the run. */
  done(): Promise<void>;
  /** Takes an error that ends the run. @returns Whether it is one. */
  ends(error: unknown): boolean;
}

export function createWork(options: EvaluationOptions, folder: RunFolder): Work {
  const { concurrency, perMinute, budget } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  // Every call under way listens, and Node would warn of the eleventh.
  setMaxListeners(0, signal);
  const gate = createCallGate({
    concurrency,
    ...(perMinute !== undefined && { perMinute }),
    ...(budget !== undefined && { budget }),
    spent: folder.spent,
    signal,
  });
  gate.guard(options.deps.model);
  gate.guard(options.deps.alignmentModel);
  const queue = new PQueue({ concurrency });
  let failure: { readonly error: unknown } | null = null;
  const end = (error: unknown) => {
    failure ??= { error };
    ending.abort(error);
  };
  const isStopped = () => signal.aborted || gate.spentBudget() !== null;
  return {
    gate,
    deps: { ...options.deps, signal },
    isStopped,
    async add(task) {
      await queue.onSizeLessThan(concurrency);
      const run = () => (isStopped() ? Promise.resolve() : gate.counting(task));
      // What a task does not record itself, as a full disk, ends the run.
      void queue.add(run).catch(end);
    },
    async done() {
      await queue.onIdle();
      if (failure !== null && !options.signal.aborted) throw failure.error;
    },
    ends(error) {
      if (!concernsAll(error)) return false;
      end(error);
      return true;
    },
  };
}

/** Whether every other question would meet it too. */
function concernsAll(error: unknown): boolean {
  if (PersonaAgentError.is(error, "model-key-refused")) return true;
  if (PersonaAgentError.is(error, "config-invalid")) return true;
  return PersonaAgentError.is(error, "model-unavailable") && error.details["status"] === 404;
}

/** The sets are read one after the other, so that what is held of them is what is in work. */
export async function eachCase(
  { sets, arms }: EvaluationOptions,
  work: Work,
  visit: (given: EvalCase, arm: Arm) => unknown,
): Promise<void> {
  try {
    for (const { set, users } of sets)
      for await (const given of readCases(set, users))
        for (const arm of arms) {
          if (work.isStopped()) return;
          await visit(given, arm);
        }
  } finally {
    await work.done();
  }
}

/** Counts what is done, in questions. */
export function progressOf(part: string, { sets, arms, progress }: EvaluationOptions) {
  const total = sets.reduce((sum, { users }) => sum + questionsOf(users), 0) * arms.length;
  let done = 0;
  return (count: number) => progress?.(part, (done += count), total);
}

/** By its code, where it has one. */
export function errorText(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error))
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return `${PersonaAgentError.is(error) ? error.code : "unexpected"}: ${line.slice(0, 1_000)}`;
}

export function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1_000;
}
