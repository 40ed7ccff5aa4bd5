import type { SetRecord } from "../run/run-record.js";
import { heading, note, table, type Block, type Page } from "./rendering/blocks.js";
import type { EvalReport, Paired, Result } from "./summary/eval-report.js";
import { metricTitles, metricsOf, whole } from "./rendering/format.js";
import { callsOf, costCells, tokensOf } from "./sections/costs.js";
import { type Column, columnTable, gainCell, scoreColumn } from "./sections/cells.js";
import { armResult, pairedOn } from "./sections/report-arms.js";
import { ours } from "./summary/studies.js";

/** The run of one model, and the path of its own page relative to the comparison's. */
export interface ModelRun {
  readonly report: EvalReport;
  readonly page: string;
}

/** As `eval --json` prints it for several models. This shape is a contract. */
export interface ModelComparison {
  readonly models: readonly {
    readonly model: string;
    readonly alignmentModel: string;
    readonly complete: boolean;
    readonly report: string;
  }[];
  readonly results: readonly (Result & { readonly model: string })[];
  readonly paired: readonly (Paired & { readonly model: string })[];
}

/** The same methods on the same questions, asked of several models. */
export function compareModels(runs: readonly ModelRun[]): ModelComparison {
  return {
    models: runs.map(({ report: { run, complete }, page }) => ({
      model: run.model,
      alignmentModel: run.alignmentModel,
      complete,
      report: page,
    })),
    results: runs.flatMap(({ report: { run, results } }) =>
      results.map((result) => ({ model: run.model, ...result })),
    ),
    paired: runs.flatMap(({ report: { run, paired } }) =>
      paired.map((entry) => ({ model: run.model, ...entry })),
    ),
  };
}

/** A page of what differs between models; everything else is on each one's own page. */
export function comparisonPage(runs: readonly ModelRun[]): Page {
  const [first] = runs;
  if (first === undefined) throw new Error("There is no run to compare.");
  const { sets, arms, seed } = first.report.run;
  const models = runs.map(({ report }) => report.run.model);
  return {
    title: "persona-agent: evaluation of several models",
    subtitle: `${models.join(", ")} on ${sets.length} ${sets.length === 1 ? "set" : "sets"}, ${arms.length} methods and settings, seed ${seed}`,
    blocks: [
      heading(2, "Models"),
      table(
        "The runs",
        ["Model", "Alignment model", "Questions", "Its own page"],
        runs.map(({ report: { run, complete }, page }) => [
          run.model,
          run.alignmentModel,
          complete ? "all asked" : "some not asked yet",
          page,
        ]),
      ),
      note(
        "Every model was asked the same questions by the same methods. In brackets the 95 % interval, by drawing users again; the best method of each model is marked.",
      ),
      ...sets.flatMap((set) => [
        heading(2, set.name),
        ...metricsOf(set.task).map((metric) =>
          columnTable(`${metricTitles[metric]} on ${set.name}`, [
            { title: metricTitles[metric], cells: arms.map(({ id }) => id) },
            ...runs.map(({ report }): Column => {
              const results = arms.map(({ id }) => armResult(report, set.name, id));
              return { title: `#${report.run.model}`, cells: scoreColumn(results, metric).cells };
            }),
          ]),
        ),
        ...gains(runs, set),
      ]),
      heading(2, "What a question costs"),
      note("Means over the questions answered, all sets together, with what was prepared before."),
      table(
        "What a question costs each model",
        ["Method", ...models.flatMap((model) => [`#${model}, calls`, "#tokens"])],
        arms.map(({ id }) => [
          id,
          ...runs.flatMap(({ report }) => {
            const cell = costCells(report, id);
            return [cell("together", callsOf), cell("together", tokensOf, whole)];
          }),
        ]),
      ),
    ],
  };
}

function gains(runs: readonly ModelRun[], set: SetRecord): Block[] {
  const [metric] = metricsOf(set.task);
  const columns = runs.map(({ report }) => pairedOn(report, set.name, metric));
  const others = [...new Set(columns.flat().map(({ b }) => b))];
  if (others.length === 0) return [];
  return [
    table(
      `How much better ${ours} is on ${set.name}`,
      [`${ours} against`, ...runs.map(({ report }) => `#${report.run.model}`)],
      others.map((b) => [
        b,
        ...columns.map((paired) => gainCell(paired.find((one) => one.b === b))),
      ]),
    ),
  ];
}
