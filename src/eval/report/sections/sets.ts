import { heading, note, table, type Block, type Cell } from "../rendering/blocks.js";
import type { EvalReport, Paired } from "../summary/eval-report.js";
import {
  difference,
  interval,
  metricTitles,
  metricsOf,
  taskTitles,
  whole,
} from "../rendering/format.js";
import { paperData, paperTitle } from "../summary/paper-data.js";
import { paperCell } from "../summary/paper-numbers.js";
import { forestPlot } from "../rendering/forest-plot.js";
import { ours } from "../summary/studies.js";
import { armResult, tableArms } from "./report-arms.js";
import { paperTableCell, scoreCells } from "./score-cells.js";

/** The main table of each set, beside the paper's, and the differences to every other method. */
export function setSections(report: EvalReport): Block[] {
  const { methods } = tableArms(report);
  if (methods.length === 0) return [];
  return [
    heading(2, "Results by set"),
    note(
      "The best value of a column is marked. Beside ours stands the paper's value; where it is unknown, ≤ or ≥ gives the bound that the paper's best baseline sets, and a dash means that the paper has no such method.",
    ),
    ...report.run.sets.flatMap((set) => {
      const results = methods.map(({ id }) => armResult(report, set.name, id));
      const columns = metricsOf(set.task).flatMap((metric) => [
        { title: `#${metricTitles[metric]}`, cells: scoreCells(results, metric) },
        {
          title: paperTitle(set),
          cells: methods.map(({ method }) =>
            paperTableCell(paperCell("main", set.task, metric, method)),
          ),
        },
      ]);
      return [
        heading(3, set.name),
        note(
          `${taskTitles[set.task]}. ${whole(set.users)} users, ${whole(set.questions)} questions. ${paperData(set).note}`,
        ),
        table(
          `Every method on ${set.name}`,
          ["Method", "#n", "#errors", ...columns.map(({ title }) => title)],
          methods.map(({ id }, row) => [
            id,
            whole(results[row]?.n ?? 0),
            errorsCell(results[row]?.errors ?? 0),
            ...columns.map(({ cells }) => cells[row] ?? ""),
          ]),
        ),
        ...differences(report, set),
      ];
    }),
  ];
}

function errorsCell(errors: number): Cell {
  return errors === 0 ? { text: "0" } : { text: whole(errors), mark: "worse" };
}

function differences(report: EvalReport, set: EvalReport["run"]["sets"][number]): Block[] {
  const metrics = metricsOf(set.task);
  const ofMetric = metrics.map((metric) =>
    report.paired.filter((entry) => entry.set === set.name && entry.metric === metric),
  );
  const counts = report.pairedCounts.filter((entry) => entry.set === set.name);
  const plots = ofMetric.flatMap((paired) => forestPlot(set.name, paired) ?? []);
  if (plots.length === 0) return [];
  return [
    note(
      `How much better ${ours} is than each other method, on the questions that both answered; right of the line is better, also for errors.`,
    ),
    { kind: "plots", plots },
    {
      kind: "folded",
      title: `These differences in numbers (${set.name})`,
      blocks: [
        table(
          `Differences on ${set.name}`,
          [
            `${ours} against`,
            "#questions both answered",
            "#users",
            ...metrics.map((metric) => `#gain in ${metricTitles[metric]}`),
          ],
          counts.map(({ b, questions, users }) => [
            b,
            whole(questions),
            whole(users),
            ...ofMetric.map((paired) => gainCell(paired.find((entry) => entry.b === b))),
          ]),
        ),
      ],
    },
  ];
}

/** A difference, marked where its interval leaves out 0. */
export function gainCell(gain: Pick<Paired, "delta" | "low" | "high"> | undefined): Cell {
  if (gain === undefined) return { text: "–", mark: "unknown" };
  const cell = { text: difference(gain.delta), detail: interval(gain, difference) };
  if (gain.low !== null && gain.low > 0) return { ...cell, mark: "better" };
  if (gain.high !== null && gain.high < 0) return { ...cell, mark: "worse" };
  return cell;
}
