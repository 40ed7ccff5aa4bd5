import { join, resolve } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import type { EvalSet } from "../../eval/sets/eval-set.js";
import { openEvalSets } from "../../eval/sets/open-eval-set.js";
import { openPrefEval } from "../../eval/sets/prefeval.js";
import { allMethods } from "../../eval/methods/all-methods.js";
import { compareModels, comparisonPage, type ModelRun } from "../../eval/report/compare-models.js";
import { reportPage } from "../../eval/report/document.js";
import { plotsFeature } from "../../eval/report/rendering/plots.js";
import type { EvalReport } from "../../eval/report/summary/eval-report.js";
import { summariseRun } from "../../eval/report/summary/summarise.js";
import { writeReport } from "../../eval/report/write-report.js";
import { estimateRun } from "../../eval/run/estimate.js";
import { runEvaluation } from "../../eval/run/run-evaluation.js";
import { selectUsers } from "../../eval/sets/selection.js";
import { armsOf, checkStudy } from "../../eval/studies.js";
import { kindOfPath } from "../../formats/read-file.js";
import { loadModels } from "../../app/model-environment.js";
import { requireInstalled } from "../../system/optional-package.js";
import { wikipediaFeature } from "../../tools/search-wikipedia.js";
import type { CliContext, CommandContext } from "../cli-context.js";
import { openUnlessStopped, untilStopped } from "../cli-context.js";
import { openEvalIndex } from "./eval-index.js";
import type { EvalOptions } from "./eval-options.js";
import { writeEstimate, writeEvaluated, writeStop } from "./eval-report.js";
import { existsSync, readdirSync } from "node:fs";
import { reportFiles } from "../../eval/report/write-report.js";
import { createProgressBar } from "../output/progress-bar.js";
import { ReportedFailure, StoppedByBudget } from "../describe-error.js";

/** @throws {ReportedFailure} When the signal or the budget stopped the run, after its results were reported. */
export async function runEval(options: EvalOptions, context: CommandContext): Promise<void> {
  const startMs = performance.now();
  const { signal, env, json } = context;
  const { study, out, dryRun, resume, seed = 1, perMinute, concurrency = 16 } = options;
  if (out === undefined && dryRun === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "There is no --out; expected a folder for the answers and the report. Name one, or add --dry-run.",
    );
  const arms = armsOf({ methods: allMethods, names: options.methods, study });
  // All before the first call: a misspelled second model must not fail after an hour with the first.
  const models = (options.model ?? [undefined]).map((name) =>
    loadModels({
      ...env,
      ...(name !== undefined && { MODEL: name }),
      ...(options.alignmentModel !== undefined && { ALIGNMENT_MODEL: options.alignmentModel }),
    }),
  );
  const folder = resolve(out ?? "");
  const places = models.length === 1 ? [] : modelFolders(models.map(({ modelName }) => modelName));
  if (!dryRun && places.length > 0) expectOnly(places, folder);
  const opened = await untilStopped(signal, () => openSets(options, seed));
  checkStudy(study, opened);
  const selection = {
    longestHistories: options.longest,
    sample: options.users === undefined ? undefined : { users: options.users, seed },
    questions: options.questions,
  };
  const sets = opened.map((set) => ({ set, users: selectUsers(set.users, selection) }));
  if (dryRun) {
    const estimates = await untilStopped(signal, () => estimateRun(sets, arms));
    return writeEstimate(context, estimates, { json, models: models.length });
  }
  requireInstalled(plotsFeature);
  if (models.some(({ modelName }) => wikipediaOf(modelName, env) !== null))
    requireInstalled(wikipediaFeature);
  const paths = places.length === 0 ? [folder] : places.map((place) => join(folder, place));
  if (resume && !paths.some((path) => existsSync(join(path, "run.json"))))
    context.stderr.write(`persona-agent: no run in ${folder} to resume; a new one begins.\n`);
  const [{ vectors }] = models as [LoadedModels];
  const { index, close } = await openUnlessStopped(signal, () =>
    openEvalIndex(options.index, env, vectors),
  );
  const bar = createProgressBar(context.stderr);
  try {
    const runs: ModelRun[] = [];
    for (const [place, loaded] of models.entries()) {
      const begunMs = place === 0 ? startMs : performance.now();
      const { summary, path, stoppedBy } = await evaluate(loaded, paths[place] ?? folder, begunMs);
      bar.stop();
      runs.push({ report: summary, page: `${places[place] ?? ""}/report.html` });
      const compared = models.length === 1 ? null : compareModels(runs);
      const page = compared && (await writeReport(folder, compared, comparisonPage(runs))).html;
      if (stoppedBy === null && runs.length < models.length) continue;
      const summaries = runs.map(({ report }) => report) as [EvalReport];
      writeEvaluated(context, summaries, { compared, path: page ?? path, json });
      writeStop(context, summary, stoppedBy);
      if (stoppedBy === "signal") throw new ReportedFailure("The run was stopped.");
      if (stoppedBy !== null) throw new StoppedByBudget("The budget was spent.");
      return;
    }
  } finally {
    bar.stop();
    await close();
  }

  function evaluate(loaded: LoadedModels, path: string, begunMs: number) {
    const { model, modelName, alignmentModel, alignmentModelName } = loaded;
    return runEvaluation(
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
        folder: path,
        resume: resume === true,
        concurrency,
        perMinute,
        budget: { calls: options.maxCalls, tokens: options.maxTokens },
        signal,
        startMs: begunMs,
        now: () => new Date(),
        progress: (part, done, total) =>
          bar.update(models.length === 1 ? part : `${modelName}: ${part}`, done, total),
      },
      async ({ run, predictions, prepared, stoppedBy }) => {
        const summary = await summariseRun(run, predictions, prepared);
        const { html } = await writeReport(path, summary, reportPage(summary));
        return { summary, path: html, stoppedBy };
      },
    );
  }
}

/** A file is a set in PrefEval's form, a folder one or several in LaMP's. */
async function openSets(
  { data, sets: names, split }: EvalOptions,
  seed: number,
): Promise<EvalSet[]> {
  if ((await kindOfPath(data)) === "folder") return openEvalSets(data, { split, names });
  if (names !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `--sets chooses among the sets of a folder, and ${data} is a file; expected a folder with it. Leave it out.`,
    );
  return [await openPrefEval(data, seed)];
}

type LoadedModels = ReturnType<typeof loadModels>;

/** The offline model's numbers must be the same on every machine, so it searches nothing online. */
function wikipediaOf(modelName: string, env: CliContext["env"]) {
  if (modelName === "offline") return null;
  const [language, baseUrl] = [env["WIKIPEDIA_LANGUAGE"]?.trim(), env["WIKIPEDIA_URL"]?.trim()];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}

/** The folder of each model's run within their evaluation's, by a name that every file system accepts. */
function modelFolders(modelNames: readonly string[]): string[] {
  const folders = modelNames.map((name) => name.replaceAll(/[^\w.-]+/g, "-"));
  // Some file systems ignore case.
  const places = folders.map((name) => name.toLowerCase());
  const same = modelNames.find((_, at) =>
    places.slice(0, at).some((place) => place === places[at]),
  );
  if (same !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `--model names ${JSON.stringify(same)} beside one whose folder would have the same name; expected different ones. Ask it in a run of its own.`,
    );
  return folders;
}

/** Refuses a folder with other files, such as those of a run of one model. */
function expectOnly(own: readonly string[], folder: string): void {
  if (!existsSync(folder)) return;
  const expected = new Set([...own, ...reportFiles]);
  const stray = readdirSync(folder).find((name) => !name.startsWith(".") && !expected.has(name));
  if (stray !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The folder ${folder} holds ${JSON.stringify(stray)}, which is of no run of these models; expected an empty folder or theirs. Name another with --out.`,
    );
}
