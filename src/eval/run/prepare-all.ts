import type { PreparedCase } from "../prediction.js";
import type { EvaluationOptions } from "./evaluation-options.js";
import type { RunFolder } from "./run-folder.js";
import { preparedKey } from "./run-lines.js";
import { eachCase, errorText, progressOf, secondsSince, type Work } from "./work.js";

/** Does for every case and arm what the method does before the questions, and records it. */
export async function prepareAll(options: EvaluationOptions, folder: RunFolder, work: Work) {
  const report = progressOf("prepared", options);
  await eachCase(options, work, async (given, arm) => {
    const of = { arm: arm.id, set: given.set, case: given.id };
    const count = given.questions.length;
    if (folder.preparations.has(preparedKey(of))) return report(count);
    await work.add(async (tally) => {
      const start = performance.now();
      const record = async (rest: Pick<PreparedCase, "preparation" | "error">) => {
        if (tally.refused || work.deps.signal.aborted) return;
        await folder.preparations.append({ ...of, ...rest, seconds: secondsSince(start) });
        report(count);
      };
      try {
        const preparation = await arm.method.prepare(given, arm.settings, work.deps);
        await record({ preparation, error: null });
      } catch (error) {
        if (work.isStopped() || work.ends(error)) return;
        await record({ preparation: null, error: errorText(error) });
      }
    });
  });
}
