import type { LampTask } from "../../../domain/lamp-question.js";
import { heading, note, table, text, type Block } from "../rendering/blocks.js";
import type { MetricName } from "../../metrics/metrics.js";
import { metricTitles, metricsOf } from "../rendering/format.js";
import {
  paperAblations,
  paperCell,
  paperEntries,
  paperMethods,
  paperSources,
  type PaperEntry,
} from "../summary/paper-numbers.js";
import { paperTableCell } from "./cells.js";

const tasks: readonly LampTask[] = ["LaMP_1", "LaMP_2M", "LaMP_2N", "LaMP_3"];

/** The paper's own tables, with where each number was seen. */
export function paper(): Block[] {
  const sources = Object.keys(paperSources);
  const letters = (task: LampTask | null, which: PaperEntry["table"]) => ({
    of: (metric: MetricName | "seconds", method: string) => {
      const cell = paperCell(which, task, metric, method);
      const shown = paperTableCell(cell, which === "efficiency" ? 2 : 3);
      if (cell?.kind !== "value") return shown;
      const seen = cell.seen.map((source) => "abc"[sources.indexOf(source)]).join(",");
      return { ...shown, detail: seen };
    },
  });
  const taskTable = (which: PaperEntry["table"], caption: string, methods: readonly string[]) =>
    table(
      caption,
      ["Task", "Metric", ...methods.map((method) => `#${method}`)],
      tasks.flatMap((task) =>
        metricsOf(task).map((metric) => [
          task,
          metricTitles[metric],
          ...methods.map((method) => letters(task, which).of(metric, method)),
        ]),
      ),
    );
  const known = paperEntries.filter(({ cell }) => cell.kind === "value").length;
  return [
    heading(2, "The paper's own tables"),
    text(
      `PersonaAgent (arXiv 2506.06254), Claude-3.5 Sonnet. ${known} of ${paperEntries.length} cells were seen; nothing is filled in from anywhere else. A bound (≤, ≥) follows from the best baseline of the row, which the sources name. The paper's choice of users is not known for certain.`,
    ),
    text(
      `Seen in: ${sources.map((source, place) => `${"abc"[place]}, ${paperSources[source as keyof typeof paperSources]}`).join("; ")}.`,
    ),
    heading(3, "Main table"),
    taskTable("main", "The paper's main table", paperMethods),
    heading(3, "Ablation in the paper"),
    taskTable("ablation", "The paper's ablation", paperAblations),
    heading(3, "Seconds a question"),
    table(
      "The paper's efficiency",
      paperMethods.map((method) => `#${method}`),
      [paperMethods.map((method) => letters(null, "efficiency").of("seconds", method))],
    ),
    heading(3, "Cold start, histories of 10"),
    taskTable("cold-start", "The paper's cold start", paperMethods),
    note("Its studies of batch, iterations and memories are figures whose values were not seen."),
  ];
}
