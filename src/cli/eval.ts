import { resolve } from "node:path";
import type { Command } from "commander";
import { PersonaAgentError } from "../errors.js";
import { openEvalSets } from "../eval/find-sets.js";
import { allMethods } from "../eval/methods.js";
import { summarise } from "../eval/report/summarise.js";
import { writeReport } from "../eval/report/write-report.js";
import { estimateRun } from "../eval/run/estimate.js";
import { type EvaluationResult, runEvaluation } from "../eval/run/run-evaluation.js";
import { selectUsers } from "../eval/selection.js";
import { armsOf } from "../eval/studies.js";
import { loadModels } from "../graph/open-persona-agent.js";
import type { CliContext } from "./context.js";
import { commonOptions, openUnlessStopped, untilStopped } from "./context.js";
import { openEvalIndex } from "./eval-index.js";
import { type EvalOptions, parseEvalOptions } from "./eval-options.js";
import { type Evaluated, writeEstimate, writeEvaluated, writeStop } from "./eval-report.js";
import { createProgressBar } from "./progress-bar.js";
import { ToldFailure } from "./told-failure.js";

/** @throws {ToldFailure} When the run was stopped by the signal, after what was done by then was reported. */
export async function runEval(
  options: EvalOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const startMs = performance.now();
  const { json } = commonOptions(command);
  const { signal, env } = context;
  const { methods: names, sets: setNames, selection, seed, ...limits } = parseEvalOptions(options);
  const { study, out, dryRun, resume, split } = options;
  if (out === undefined && dryRun === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "There is no --out; expected the folder that the answers and the report are written to. Name one, or add --dry-run.",
    );
  const arms = armsOf({
    methods: allMethods,
    ...(names !== undefined && { names }),
    ...(study !== undefined && { study }),
  });
  const models = loadModels({
    ...env,
    ...(options.model !== undefined && { MODEL: options.model }),
    ...(options.alignmentModel !== undefined && { ALIGNMENT_MODEL: options.alignmentModel }),
  });
  const { model, modelName, alignmentModel, alignmentModelName, vectors } = models;
  const opened = await untilStopped(signal, () =>
    openEvalSets(options.data, { split, ...(setNames !== undefined && { names: setNames }) }),
  );
  const sets = opened.map((set) => ({ set, users: selectUsers(set.users, selection) }));
  if (dryRun) {
    const estimates = await untilStopped(signal, () => estimateRun(sets, arms));
    return writeEstimate(context, estimates, { json });
  }
  const folder = resolve(out ?? "");
  const { index, close } = await openUnlessStopped(signal, () =>
    openEvalIndex(options.index, env, vectors),
  );
  const bar = createProgressBar(context.stderr);
  const report = async ({ run, predictions, prepared, stoppedBy }: EvaluationResult) => {
    const summary = await summarise(run, predictions, prepared);
    const { html } = await writeReport(folder, summary);
    return { summary, path: html, stoppedBy } satisfies Evaluated;
  };
  try {
    const evaluated = await runEvaluation(
      {
        sets,
        arms,
        deps: {
          model,
          modelName,
          alignmentModel,
          alignmentModelName,
          embeddings: vectors.embeddings,
          seed,
          ...(index && { index }),
          wikipedia: wikipediaOf(modelName, env),
        },
        embeddingsName: vectors.name,
        index: options.index,
        folder,
        resume: resume === true,
        ...limits,
        signal,
        startMs,
        now: () => new Date(),
        progress: bar.update,
      },
      report,
    );
    bar.stop();
    writeEvaluated(context, evaluated, { json });
    writeStop(context, evaluated);
    if (evaluated.stoppedBy === "signal") throw new ToldFailure("The run was stopped.");
  } finally {
    bar.stop();
    await close();
  }
}

/** The offline model's numbers are to be the same on every machine, so it searches nothing outside of it. */
function wikipediaOf(modelName: string, env: CliContext["env"]) {
  if (modelName === "offline") return null;
  const [language, baseUrl] = [env["WIKIPEDIA_LANGUAGE"]?.trim(), env["WIKIPEDIA_URL"]?.trim()];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}
