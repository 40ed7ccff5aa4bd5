import type { Arm, MethodDeps, OpenCase } from "../method.js";
import type { EvalCase } from "../eval-case.js";
import type { Prediction } from "../prediction.js";
import { parsePrediction } from "../metrics/parse-prediction.js";
import type { EvaluationOptions } from "./evaluation-options.js";
import type { RunFolder } from "./run-folder.js";
import { predictionKey, preparedKey } from "./run-lines.js";
import { eachCase, errorText, progressOf, secondsSince, type Work } from "./work.js";

/** Asks every question of every arm, on what was prepared, and records each answer. */
export async function askAll(options: EvaluationOptions, folder: RunFolder, work: Work) {
  const report = progressOf("answered", options);
  await eachCase(options, work, async (given, arm) => {
    const of = { arm: arm.id, set: given.set, case: given.id };
    const open = once(() => openCase(given, arm, folder, work.deps));
    for (const question of given.questions) {
      if (work.isStopped()) return;
      const asked = { ...of, user: given.user, question: question.id, gold: question.gold };
      if (folder.predictions.has(predictionKey(asked))) {
        report(1);
        continue;
      }
      await work.add(async (tally) => {
        let start = performance.now();
        const record = async (rest: Answered) => {
          if (tally.refused || work.deps.signal.aborted) return;
          const seconds = Math.max(0, secondsSince(start) - tally.waitedMs / 1_000);
          await folder.predictions.append({ ...asked, ...rest, seconds });
          report(1);
        };
        try {
          const opened = await open();
          start = performance.now();
          const { output, ...answer } = await opened.answer(question);
          const prediction = parsePrediction(output, given);
          await record({ ...answer, prediction, output, error: null });
        } catch (error) {
          if (work.isStopped() || work.ends(error)) return;
          await record({ ...unanswered, error: asQuestionError(error), usage: tally.usage });
        }
      });
    }
  });
}

type Answered = Pick<Prediction, "prediction" | "output" | "error" | "prompt" | "tools" | "usage">;
const unanswered = { prediction: null, output: null, prompt: null, tools: [] };

async function openCase(
  given: EvalCase,
  { id: arm, method, settings }: Arm,
  folder: RunFolder,
  deps: MethodDeps,
): Promise<OpenCase> {
  const prepared = await folder.preparations.read(
    preparedKey({ arm, set: given.set, case: given.id }),
  );
  if (prepared?.preparation) return method.open(given, settings, deps, prepared.preparation.state);
  throw new PreparationMissing(prepared?.error ?? "unexpected: It is not recorded.");
}

/** A question that cannot be asked has its preparation's error. */
class PreparationMissing extends Error {}

function asQuestionError(error: unknown): string {
  return error instanceof PreparationMissing ? error.message : errorText(error);
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}
