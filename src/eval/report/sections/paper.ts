import type { LampTask } from "../../../domain/lamp-question.js";
import { heading, note, table, text, type Block, type Cell } from "../rendering/blocks.js";
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

const sources = Object.entries(paperSources);
const letters = "abc";

/** The paper's own tables, with where each number was seen. */
export function paper(): Block[] {
  const known = paperEntries.filter(({ cell }) => cell.kind === "value").length;
  return [
    heading(2, "The paper's own tables"),
    text(
      `PersonaAgent (arXiv 2506.06254), Claude-3.5 Sonnet. ${known} of ${paperEntries.length} cells were seen; nothing is filled in from anywhere else. A bound (≤, ≥) follows from the best baseline of the row, which the sources name. The paper's choice of users is not known for certain.`,
    ),
    text(
      `Seen in: ${sources.map(([, where], place) => `${letters[place]}, ${where}`).join("; ")}.`,
    ),
    heading(3, "Main table"),
    taskTable("main", "The paper's main table", paperMethods),
    heading(3, "Ablation in the paper"),
    taskTable("ablation", "The paper's ablation", paperAblations),
    heading(3, "Seconds a question"),
    table(
      "The paper's efficiency",
      paperMethods.map((method) => `#${method}`),
      [paperMethods.map((method) => cellOf("efficiency", null, "seconds", method))],
    ),
    heading(3, "Cold start, histories of 10"),
    taskTable("cold-start", "The paper's cold start", paperMethods),
    note("Its studies of batch, iterations and memories are figures whose values were not seen."),
  ];
}

function taskTable(name: PaperEntry["table"], caption: string, methods: readonly string[]): Block {
  return table(
    caption,
    ["Task", "Metric", ...methods.map((method) => `#${method}`)],
    tasks.flatMap((task) =>
      metricsOf(task).map((metric) => [
        task,
        metricTitles[metric],
        ...methods.map((method) => cellOf(name, task, metric, method)),
      ]),
    ),
  );
}

/** With the letters of its sources. */
function cellOf(...place: Parameters<typeof paperCell>): Cell {
  const cell = paperCell(...place);
  const shown = paperTableCell(cell, place[0] === "efficiency" ? 2 : 3);
  if (cell?.kind !== "value") return shown;
  const seen = cell.seen.map((source) => letters[sources.findIndex(([name]) => name === source)]);
  return { ...shown, detail: seen.join(",") };
}
