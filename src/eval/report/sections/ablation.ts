import type { EvalTask } from "../../eval-case.js";
import type { MetricName } from "../../metrics/metrics.js";
import { heading, note, type Block, type Cell } from "../rendering/blocks.js";
import { difference, isLowerBetter, metricsOf } from "../rendering/format.js";
import type { EvalReport } from "../summary/eval-report.js";
import { paperData } from "../summary/paper-data.js";
import { paperCell } from "../summary/paper-numbers.js";
import { ours } from "../summary/studies.js";
import { columnTable, gainCell, paperColumns, scoreColumn } from "./cells.js";
import { armResult, pairedOn, tableArms } from "./report-arms.js";

/** What is lost without one part, beside what the paper lost. */
export function ablation(report: EvalReport): Block[] {
  const { methods, ablations } = tableArms(report);
  const full = methods.filter(({ id }) => id === ours);
  if (full.length === 0 || ablations.length === 0) return [];
  const arms = [...full, ...ablations];
  const ids = arms.map(({ id }) => id);
  const names = arms.map(({ method }) => method);
  return [
    heading(2, "Ablation"),
    note(
      `What ${ours} loses without one part: the loss is positive where the part helped, also for errors (MAE, RMSE). The last rows that the paper lacks are switches of this project.`,
    ),
    ...report.run.sets.flatMap((set) => {
      const results = ids.map((id) => armResult(report, set.name, id));
      const columns = metricsOf(set.task).flatMap((metric) => {
        const losses = pairedOn(report, set.name, metric);
        const loss = (id: string) =>
          id === ours ? "" : gainCell(losses.find(({ b }) => b === id));
        return [
          scoreColumn(results, metric),
          { title: "#loss", cells: ids.map(loss) },
          ...paperColumns(set, "ablation", metric, names).flatMap((column) => [
            column,
            { title: "#its loss", cells: names.map((name) => paperLoss(set.task, metric, name)) },
          ]),
        ];
      });
      return [
        heading(3, set.name),
        note(paperData(set).note),
        columnTable(`Ablation on ${set.name}`, [
          { title: "Configuration", cells: ids },
          ...columns,
        ]),
      ];
    }),
  ];
}

function paperLoss(task: EvalTask, metric: MetricName, method: string): Cell | string {
  const full = paperCell("ablation", task, metric, ours);
  const part = paperCell("ablation", task, metric, method);
  if (method === ours || full?.kind !== "value" || part?.kind !== "value") return "";
  const loss = isLowerBetter(metric) ? part.value - full.value : full.value - part.value;
  return { text: difference(loss), mark: "paper" };
}
