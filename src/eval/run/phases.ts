import { PersonaAgentError } from "../../system/errors.js";
import { parsePrediction } from "../metrics/parse-prediction.js";
import { type Prediction, predictionKey, type PreparedCase, preparedKey } from "../prediction.js";
import type { RunFolder } from "./run-folder.js";
import {
  eachCase,
  endsRun,
  type EvaluationOptions,
  progressOf,
  secondsSince,
  type Work,
} from "./work.js";

/** Does for every case and arm what the method does before the questions, and records it. */
export async function prepareAll(options: EvaluationOptions, folder: RunFolder, work: Work) {
  const report = progressOf("prepared", options);
  await eachCase(options, work, async (evalCase, { id: arm, settings, method }) => {
    const key = { arm, set: evalCase.set, case: evalCase.id };
    const count = evalCase.questions.length;
    if (folder.preparations.has(preparedKey(key))) return report(count);
    await work.add(
      async (): Promise<PreparedCase> => {
        const start = performance.now();
        try {
          const preparation = await method.prepare(evalCase, settings, work.deps);
          return { ...key, preparation, error: null, seconds: secondsSince(start) };
        } catch (error) {
          const text = errorText(error, work);
          return { ...key, preparation: null, error: text, seconds: secondsSince(start) };
        }
      },
      folder.preparations,
      () => report(count),
    );
  });
}

/** Asks every question of every arm, on what was prepared, and records each answer. */
export async function askAll(options: EvaluationOptions, folder: RunFolder, work: Work) {
  const report = progressOf("answered", options);
  await eachCase(options, work, async (evalCase, { id: arm, settings, method }) => {
    const caseKey = { arm, set: evalCase.set, case: evalCase.id };
    /** The open case, or the error of its preparation. */
    const open = once(async () => {
      const prepared = await folder.preparations.read(preparedKey(caseKey));
      if (!prepared?.preparation) return prepared?.error ?? "unexpected: It is not recorded.";
      return method.open(evalCase, settings, work.deps, prepared.preparation.state);
    });
    for (const question of evalCase.questions) {
      if (work.isStopped()) return;
      const key = {
        ...caseKey,
        user: evalCase.user,
        question: question.id,
        gold: question.gold,
      };
      if (folder.predictions.has(predictionKey(key))) {
        report(1);
        continue;
      }
      await work.add(
        async (tally): Promise<Prediction> => {
          let start = performance.now();
          const seconds = () => Math.max(0, secondsSince(start) - tally.waitedMs / 1_000);
          const failed = (error: string) => {
            const nothing = { prediction: null, output: null, prompt: null, tools: [] };
            return { ...key, ...nothing, error, usage: tally.usage, seconds: seconds() };
          };
          try {
            const opened = await open();
            if (typeof opened === "string") return failed(opened);
            start = performance.now();
            const answer = await opened.answer(question);
            const prediction = parsePrediction(answer.output, evalCase, question.input);
            return { ...key, ...answer, prediction, error: null, seconds: seconds() };
          } catch (error) {
            return failed(errorText(error, work));
          }
        },
        folder.predictions,
        () => report(1),
      );
    }
  });
}

/** An error as it is recorded, by its code where it has one. @throws the error itself where it ends the run. */
function errorText(error: unknown, work: Work): string {
  if (work.isStopped() || endsRun(error)) throw error;
  const line = (error instanceof Error ? error.message : String(error))
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return `${PersonaAgentError.is(error) ? error.code : "unexpected"}: ${line.slice(0, 1_000)}`;
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}
