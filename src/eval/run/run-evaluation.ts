import type { Prediction, PreparedCase } from "../prediction.js";
import { askAll, prepareAll } from "./phases.js";
import { openRunFolder } from "./run-folder.js";
import { newRun, type RunRecord } from "./run-record.js";
import { createWork, type EvaluationOptions, secondsSince } from "./work.js";

export interface EvaluationResult {
  readonly run: RunRecord;
  /** In the file's order; the files may be read as long as `work` runs. */
  readonly predictions: AsyncIterable<Prediction>;
  readonly prepared: AsyncIterable<PreparedCase>;
  /** What ended it before everything was asked: a budget, as `100 model calls`, or the signal; `null` at its end. */
  readonly stoppedBy: { readonly budget: string } | "signal" | null;
}

/**
 * Prepares every case for every arm, then asks every question, and records each as soon as it is known: whatever ends
 * the process, the same run goes on with `resume` and asks nothing twice that is recorded.
 *
 * An error of one question or preparation is recorded and stops nothing; one that every question would meet ends the run.
 *
 * @param use - Given what is recorded, while the folder is still this process's.
 * @throws {PersonaAgentError} As `openRunFolder`, and `model-*` or `config-*` for an error that every question would meet.
 */
export async function runEvaluation<Result>(
  options: EvaluationOptions,
  use: (result: EvaluationResult) => Promise<Result>,
): Promise<Result> {
  const { sets, arms, deps, folder: path, signal } = options;
  const { modelName: model, alignmentModelName: alignmentModel, seed } = deps;
  const names = { seed, model, alignmentModel, embeddings: options.embeddingsName };
  const begun = newRun({ ...names, index: options.index }, sets, arms, options.now());
  const folder = await openRunFolder(path, begun, { resume: options.resume });
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
