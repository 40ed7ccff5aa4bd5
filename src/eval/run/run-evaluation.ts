import type { Prediction, PreparedCase } from "../prediction.js";
import { askAll, prepareAll } from "./phases.js";
import { openRunFolder } from "./run-folder.js";
import { newRun, type RunRecord } from "./run-record.js";
import { createWork, type EvaluationOptions, secondsSince } from "./work.js";

export interface EvaluationResult {
  readonly run: RunRecord;
  /** In the file's order; readable until `use` settles. */
  readonly predictions: AsyncIterable<Prediction>;
  readonly prepared: AsyncIterable<PreparedCase>;
  /** What stopped it early: a budget, as `100 model calls`, or the signal; `null` if every question was asked. */
  readonly stoppedBy: { readonly budget: string } | "signal" | null;
}

/**
 * Prepares every case for every arm, then asks every question, and records each result at once. However the process ends,
 * the same run continues with `resume` and repeats nothing that is recorded.
 *
 * An error of one question or preparation is recorded and stops nothing. One that every question would meet ends the run.
 *
 * @param use - Called with the results while this process still owns the folder.
 * @throws {PersonaAgentError} As `openRunFolder`, and `model-*` or `config-*` for an error that every question would meet.
 */
export async function runEvaluation<Result>(
  options: EvaluationOptions,
  use: (result: EvaluationResult) => Promise<Result>,
): Promise<Result> {
  const { sets, arms, deps, folder: path, signal } = options;
  const { modelName: model, alignmentModelName: alignmentModel, seed } = deps;
  const names = { seed, model, alignmentModel, embeddings: options.embeddingsName };
  const record = newRun({ ...names, index: options.index }, sets, arms, options.now());
  const folder = await openRunFolder(path, record, { resume: options.resume });
  try {
    const work = createWork(options, folder);
    const timing = { ...folder.run.timing };
    timing.startSeconds += secondsSince(options.startMs);
    const phase = async (
      name: "preparationSeconds" | "questionSeconds",
      run: () => Promise<void>,
    ) => {
      const start = performance.now();
      try {
        await run();
      } finally {
        timing[name] += secondsSince(start);
        await folder.save({ timing, spent: work.gate.spent() });
      }
    };
    await phase("preparationSeconds", () => prepareAll(options, folder, work));
    if (!work.isStopped()) await phase("questionSeconds", () => askAll(options, folder, work));
    const budget = work.gate.spentBudget();
    const { questionsHash: _, ...run } = folder.run;
    return await use({
      run: { ...run, timing, spent: work.gate.spent() },
      predictions: folder.predictions.lines(),
      prepared: folder.preparations.lines(),
      stoppedBy: signal.aborted ? "signal" : budget === null ? null : { budget },
    });
  } finally {
    await folder.close();
  }
}
