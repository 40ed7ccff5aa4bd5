import { setMaxListeners } from "node:events";
import PQueue from "p-queue";
import { PersonaAgentError } from "../../system/errors.js";
import { readCases } from "../cases/open-cases.js";
import type { EvalCase } from "../eval-case.js";
import type { Arm, MethodDeps } from "../method.js";
import { questionsOf, type SelectedSet } from "../sets/selection.js";
import { type CallGate, type CallTally, createCallGate, type RunBudget } from "./call-gate.js";
import type { Journal } from "./journal.js";
import type { RunFolder } from "./run-folder.js";

export interface EvaluationOptions {
  readonly sets: readonly SelectedSet[];
  readonly arms: readonly Arm[];
  readonly deps: Omit<MethodDeps, "signal">;
  /** As the record names them. */
  readonly embeddingsName: string;
  readonly index: string;
  /** Created if it is missing. */
  readonly folder: string;
  readonly resume: boolean;
  /** Most questions, or preparations, in work at a time, and most model calls. */
  readonly concurrency: number;
  /** Most model calls begun in a minute. */
  readonly perMinute?: number | undefined;
  readonly budget?: RunBudget;
  readonly signal: AbortSignal;
  /** When the run began, by `performance.now()`: the record has the time until its first task. */
  readonly startMs: number;
  readonly now: () => Date;
  /** Called after every question and every preparation; both are counted in questions. */
  readonly progress?: (part: string, done: number, total: number) => void;
}

/** What both phases have in common: a bounded number of tasks, one gate for their calls, one reason to stop. */
export interface Work {
  readonly gate: CallGate;
  readonly deps: MethodDeps;
  isStopped(): boolean;
  /** Runs a task once there is a place and records its result, unless a stop came first; its error ends the run. */
  add<Line>(
    task: (tally: CallTally) => Promise<Line>,
    journal: Journal<Line>,
    onRecorded: () => void,
  ): Promise<void>;
  /** Waits for all tasks. @throws what ended the run. */
  done(): Promise<void>;
}

export function createWork(options: EvaluationOptions, folder: RunFolder): Work {
  const { concurrency, perMinute, budget } = options;
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  // Every call under way listens, and Node would warn of the eleventh.
  setMaxListeners(0, signal);
  const gate = createCallGate({
    concurrency,
    perMinute,
    budget,
    spent: folder.spent,
    signal,
  });
  gate.guard(options.deps.model);
  gate.guard(options.deps.alignmentModel);
  const queue = new PQueue({ concurrency });
  let failure: { readonly error: unknown } | null = null;
  const isStopped = () => signal.aborted || gate.spentBudget() !== null;
  return {
    gate,
    deps: { ...options.deps, signal },
    isStopped,
    async add(task, journal, onRecorded) {
      await queue.onSizeLessThan(concurrency);
      const run = async () => {
        if (isStopped()) return;
        await gate.counting(async (tally) => {
          const line = await task(tally);
          if (tally.refused || signal.aborted) return;
          await journal.append(line);
          onRecorded();
        });
      };
      void queue.add(run).catch((error: unknown) => {
        if (isStopped()) return;
        failure = { error };
        ending.abort(error);
      });
    },
    async done() {
      await queue.onIdle();
      if (failure !== null && !options.signal.aborted) throw failure.error;
    },
  };
}

/** Whether an error ends the run, because every other question would meet it too. */
export function endsRun(error: unknown): boolean {
  if (PersonaAgentError.is(error, "model-key-refused")) return true;
  if (PersonaAgentError.is(error, "config-invalid")) return true;
  return PersonaAgentError.is(error, "model-unavailable") && error.details["status"] === 404;
}

/** Reads the sets one after the other, to hold no more of them than what is in work. */
export async function eachCase(
  { sets, arms }: EvaluationOptions,
  work: Work,
  visit: (evalCase: EvalCase, arm: Arm) => unknown,
): Promise<void> {
  try {
    for (const { set, users } of sets)
      for await (const evalCase of readCases(set, users))
        for (const arm of arms) {
          if (work.isStopped()) return;
          await visit(evalCase, arm);
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

export function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1_000;
}
