import type { SetRecord } from "../../run/run-record.js";
import { heading, note, table, type Block } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { metricTitles, metricsOf, taskTitles, whole } from "../rendering/format.js";
import { forestPlot } from "../rendering/plots.js";
import { paperData } from "../summary/paper-data.js";
import { ours } from "../summary/studies.js";
import { columnTable, countCell, gainCell, paperColumns, scoreColumn } from "./cells.js";
import { armResult, pairedOn, tableArms } from "./report-arms.js";

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
        scoreColumn(results, metric),
        ...paperColumns(
          set,
          "main",
          metric,
          methods.map(({ method }) => method),
        ),
      ]);
      return [
        heading(3, set.name),
        note(
          `${taskTitles[set.task]}. ${whole(set.users)} users, ${whole(set.questions)} questions. ${paperData(set).note}`,
        ),
        columnTable(`Every method on ${set.name}`, [
          { title: "Method", cells: methods.map(({ id }) => id) },
          { title: "#n", cells: results.map((result) => whole(result?.n ?? 0)) },
          { title: "#errors", cells: results.map((one) => countCell(one?.errors ?? 0, "worse")) },
          ...columns,
        ]),
        ...differences(report, set),
      ];
    }),
  ];
}

function differences(report: EvalReport, set: SetRecord): Block[] {
  const metrics = metricsOf(set.task);
  const ofMetric = metrics.map((metric) => pairedOn(report, set.name, metric));
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
