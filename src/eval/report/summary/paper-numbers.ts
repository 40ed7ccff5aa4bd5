import type { LampTask } from "../../../domain/lamp-question.js";
import type { EvalTask } from "../../eval-case.js";
import type { MetricName } from "../../metrics/metrics.js";

/** Where the paper's numbers were seen. Its full text was not available. */
export const paperSources = {
  notes: "a reader's notes on the ACL version (papernotes.org, ACL 2026, PersonaAgent)",
  followUp: "README of PersonaAgent with GraphRAG (arXiv 2511.17467), which repeats the baselines",
  summary: "a summary page (ai-paper-delta, 2506.06254)",
} as const;
export type PaperSource = keyof typeof paperSources;

/** A cell of the paper's tables: its number, or what is known instead of it. */
export type PaperCell =
  | { readonly kind: "value"; readonly value: number; readonly seen: readonly PaperSource[] }
  /** Not seen, but the best baseline of the row was, and this one is no better. */
  | { readonly kind: "bound"; readonly limit: "at most" | "at least"; readonly value: number }
  | { readonly kind: "unknown" };

export interface PaperEntry {
  readonly table: "main" | "ablation" | "efficiency" | "cold-start";
  /** `null` where the table does not distinguish tasks. */
  readonly task: LampTask | null;
  readonly metric: MetricName | "seconds";
  /** By our names; `persona-agent` is the paper's full method. */
  readonly method: string;
  readonly cell: PaperCell;
}

export const paperMethods = ["prompt", "icl", "rag", "pag", "react", "membank", "persona-agent"];
export const paperAblations = [
  "persona-agent",
  "without-alignment",
  "without-persona",
  "without-memory",
  "without-action",
];

const n: readonly PaperSource[] = ["notes"];
const f: readonly PaperSource[] = ["followUp"];
const nf: readonly PaperSource[] = ["notes", "followUp"];
const ns: readonly PaperSource[] = ["notes", "summary"];
const all: readonly PaperSource[] = ["notes", "followUp", "summary"];

type Seen = readonly [value: number, sources: readonly PaperSource[]];

/**
 * The main table, Claude-3.5 Sonnet, its columns in the order of `paperMethods`; `null` was not seen. In every row the best
 * baseline was. The follow-up's column "Non-Personalized" is taken to be the plain prompt.
 */
const main: readonly (readonly [LampTask, MetricName, readonly (Seen | null)[]])[] = [
  ["LaMP_1", "accuracy", [null, null, null, null, null, [0.862, ns], [0.919, ns]]],
  ["LaMP_1", "f1", [null, null, null, null, null, [0.861, n], [0.918, n]]],
  ["LaMP_2M", "accuracy", [[0.387, f], null, null, null, [0.45, f], [0.47, nf], [0.513, nf]]],
  ["LaMP_2M", "f1", [[0.302, f], null, null, null, [0.378, f], [0.391, nf], [0.424, nf]]],
  ["LaMP_2N", "accuracy", [[0.66, f], null, null, [0.768, n], [0.639, f], [0.741, f], [0.796, nf]]],
  ["LaMP_2N", "f1", [[0.386, f], null, null, [0.509, n], [0.381, f], [0.456, f], [0.532, nf]]],
  ["LaMP_3", "mae", [[0.295, f], [0.277, ns], null, null, [0.313, f], [0.321, f], [0.241, all]]],
  ["LaMP_3", "rmse", [[0.59, f], [0.543, ns], null, null, [0.59, f], [0.582, f], [0.509, all]]],
];

/** In the order of `paperAblations`; all seen in the notes. */
const ablation: readonly (readonly [LampTask, MetricName, readonly number[]])[] = [
  ["LaMP_1", "accuracy", [0.919, 0.894, 0.846, 0.821, 0.764]],
  ["LaMP_1", "f1", [0.918, 0.893, 0.855, 0.841, 0.789]],
  ["LaMP_2M", "accuracy", [0.513, 0.487, 0.463, 0.46, 0.403]],
  ["LaMP_2M", "f1", [0.424, 0.403, 0.361, 0.365, 0.329]],
  ["LaMP_2N", "accuracy", [0.796, 0.775, 0.769, 0.646, 0.626]],
  ["LaMP_2N", "f1", [0.532, 0.502, 0.483, 0.388, 0.375]],
  ["LaMP_3", "mae", [0.241, 0.259, 0.277, 0.348, 0.375]],
  ["LaMP_3", "rmse", [0.509, 0.56, 0.542, 0.661, 0.756]],
];

/** Mean seconds a question, without the alignment. */
const seconds: Readonly<Record<string, number>> = {
  pag: 1.24,
  "persona-agent": 1.79,
  react: 2.61,
  membank: 2.92,
};

/** Histories cut to 10 interactions. */
const coldStart: Readonly<Record<string, number>> = {
  "LaMP_1 accuracy": 0.845,
  "LaMP_2M accuracy": 0.476,
  "LaMP_3 mae": 0.301,
};

const cellOf = (value: number | undefined, seen = n): PaperCell =>
  value === undefined ? { kind: "unknown" } : { kind: "value", value, seen };

/** Of a baseline that was not seen: it is no better than the best one of its row. */
function boundOf(metric: MetricName, row: readonly (Seen | null)[]): PaperCell {
  const baselines = row.slice(0, -1).flatMap((seen) => seen?.[0] ?? []);
  return metric === "mae" || metric === "rmse"
    ? { kind: "bound", limit: "at least", value: Math.min(...baselines) }
    : { kind: "bound", limit: "at most", value: Math.max(...baselines) };
}

/** Every cell of the paper's tables, known or not. */
export const paperEntries: readonly PaperEntry[] = [
  ...main.flatMap(([task, metric, row]) =>
    paperMethods.map((method, place): PaperEntry => {
      const seen = row[place] ?? null;
      const cell = seen === null ? boundOf(metric, row) : cellOf(...seen);
      return { table: "main", task, metric, method, cell };
    }),
  ),
  ...ablation.flatMap(([task, metric, row]) =>
    paperAblations.map((method, place): PaperEntry => {
      return { table: "ablation", task, metric, method, cell: cellOf(row[place]) };
    }),
  ),
  ...paperMethods.map((method): PaperEntry => {
    const cell = cellOf(seconds[method]);
    return { table: "efficiency", task: null, metric: "seconds", method, cell };
  }),
  ...main.flatMap(([task, metric]) =>
    paperMethods.map((method): PaperEntry => {
      const isKnown = method === "persona-agent";
      const cell = cellOf(isKnown ? coldStart[`${task} ${metric}`] : undefined);
      return { table: "cold-start", task, metric, method, cell };
    }),
  ),
];

/** The paper's cell for one of our methods; `null` where the paper has no such row. */
export function paperCell(
  table: PaperEntry["table"],
  task: EvalTask | null,
  metric: MetricName | "seconds",
  method: string,
): PaperCell | null {
  const name = method === "persona-agent-paper" ? "persona-agent" : method;
  const found = paperEntries.find(
    (entry) =>
      entry.table === table &&
      entry.task === task &&
      entry.metric === metric &&
      entry.method === name,
  );
  return found?.cell ?? null;
}
