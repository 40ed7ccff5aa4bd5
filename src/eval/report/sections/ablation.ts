import type { LampTask } from "../../../domain/lamp-question.js";
import { heading, note, table, type Block, type Cell } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import type { MetricName } from "../summary/metric-name.js";
import { difference, isLowerBetter, metricTitles, metricsOf } from "../rendering/format.js";
import { paperCell } from "../summary/paper-numbers.js";
import { paperData, paperTitle } from "../summary/paper-data.js";
import { ours } from "../summary/studies.js";
import { armResult, tableArms } from "./report-arms.js";
import { paperTableCell, scoreCells } from "./score-cells.js";
import { gainCell } from "./sets.js";

/** What is lost without one part, beside what the paper lost. */
export function ablation(report: EvalReport): Block[] {
  const { methods, ablations } = tableArms(report);
  const full = methods.filter(({ id }) => id === ours);
  if (full.length === 0 || ablations.length === 0) return [];
  const arms = [...full, ...ablations];
  return [
    heading(2, "Ablation"),
    note(
      `What ${ours} loses without one part: the loss is positive where the part helped, also for errors (MAE, RMSE). The last rows that the paper lacks are switches of this project.`,
    ),
    ...report.run.sets.flatMap((set) => {
      const results = arms.map(({ id }) => armResult(report, set.name, id));
      const columns = metricsOf(set.task).flatMap((metric) => [
        { title: `#${metricTitles[metric]}`, cells: scoreCells(results, metric) },
        {
          title: "#loss",
          cells: arms.map(({ id }) =>
            id === ours
              ? { text: "" }
              : gainCell(
                  report.paired.find(
                    (entry) => entry.set === set.name && entry.metric === metric && entry.b === id,
                  ),
                ),
          ),
        },
        {
          title: paperTitle(set),
          cells: arms.map(({ method }) =>
            paperTableCell(paperCell("ablation", set.task, metric, method)),
          ),
        },
        {
          title: "#its loss",
          cells: arms.map(({ method }) => paperLoss(set.task, metric, method)),
        },
      ]);
      return [
        heading(3, set.name),
        note(paperData(set).note),
        table(
          `Ablation on ${set.name}`,
          ["Configuration", ...columns.map(({ title }) => title)],
          arms.map(({ id }, row) => [id, ...columns.map(({ cells }) => cells[row] ?? "")]),
        ),
      ];
    }),
  ];
}

function paperLoss(task: LampTask, metric: MetricName, method: string): Cell {
  const full = paperCell("ablation", task, metric, ours);
  const part = paperCell("ablation", task, metric, method);
  if (method === ours || full?.kind !== "value" || part?.kind !== "value") return { text: "" };
  const loss = isLowerBetter(metric) ? part.value - full.value : full.value - part.value;
  return { text: difference(loss), mark: "paper" };
}
