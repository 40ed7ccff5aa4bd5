import type { LampTask } from "../../../domain/lamp-question.js";
import type { MetricName } from "./metric-name.js";

/** Where the paper's numbers were seen. Its full text was not at hand. */
export const paperSources = {
  notes: "a reader's notes on the ACL version (papernotes.org, ACL 2026, PersonaAgent)",
  followUp: "README of PersonaAgent with GraphRAG (arXiv 2511.17467), which repeats the baselines",
  summary: "a summary page (ai-paper-delta, 2506.06254)",
} as const;
export type PaperSource = keyof typeof paperSources;

/** A cell of the paper's tables: its number, or what is known instead of it. */
export type PaperCell =
  | { readonly kind: "value"; readonly value: number; readonly seen: readonly PaperSource[] }
  /** Not seen, but the best baseline of the row was: this one is not better. */
  | { readonly kind: "bound"; readonly limit: "at most" | "at least"; readonly value: number }
  | { readonly kind: "unknown" };

export interface PaperEntry {
  readonly table: "main" | "ablation" | "efficiency" | "cold-start";
  /** `null` where the table does not tell tasks apart. */
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

type Row = readonly [
  task: LampTask,
  metric: MetricName,
  best: readonly ["at most" | "at least", number],
  seen: Readonly<Record<string, readonly [number, readonly PaperSource[]]>>,
];

/** The main table, Claude-3.5 Sonnet. The follow-up's column "Non-Personalized" is taken to be the plain prompt. */
const main: readonly Row[] = [
  [
    "LaMP_1",
    "accuracy",
    ["at most", 0.862],
    { membank: [0.862, ns], "persona-agent": [0.919, ns] },
  ],
  ["LaMP_1", "f1", ["at most", 0.861], { membank: [0.861, n], "persona-agent": [0.918, n] }],
  [
    "LaMP_2M",
    "accuracy",
    ["at most", 0.47],
    { prompt: [0.387, f], react: [0.45, f], membank: [0.47, nf], "persona-agent": [0.513, nf] },
  ],
  [
    "LaMP_2M",
    "f1",
    ["at most", 0.391],
    { prompt: [0.302, f], react: [0.378, f], membank: [0.391, nf], "persona-agent": [0.424, nf] },
  ],
  [
    "LaMP_2N",
    "accuracy",
    ["at most", 0.768],
    {
      prompt: [0.66, f],
      pag: [0.768, n],
      react: [0.639, f],
      membank: [0.741, f],
      "persona-agent": [0.796, nf],
    },
  ],
  [
    "LaMP_2N",
    "f1",
    ["at most", 0.509],
    {
      prompt: [0.386, f],
      pag: [0.509, n],
      react: [0.381, f],
      membank: [0.456, f],
      "persona-agent": [0.532, nf],
    },
  ],
  [
    "LaMP_3",
    "mae",
    ["at least", 0.277],
    {
      prompt: [0.295, f],
      icl: [0.277, ns],
      react: [0.313, f],
      membank: [0.321, f],
      "persona-agent": [0.241, all],
    },
  ],
  [
    "LaMP_3",
    "rmse",
    ["at least", 0.543],
    {
      prompt: [0.59, f],
      icl: [0.543, ns],
      react: [0.59, f],
      membank: [0.582, f],
      "persona-agent": [0.509, all],
    },
  ],
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

/** Mean seconds a question, the alignment not counted. */
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

const unknown: PaperCell = { kind: "unknown" };
const value = (number: number, seen: readonly PaperSource[]): PaperCell => ({
  kind: "value",
  value: number,
  seen,
});

/** Every cell of the paper's tables, known or not. */
export const paperEntries: readonly PaperEntry[] = [
  ...main.flatMap(([task, metric, [limit, best], seen]) =>
    paperMethods.map((method): PaperEntry => {
      const cell = seen[method];
      const known: PaperCell =
        cell === undefined ? { kind: "bound", limit, value: best } : value(...cell);
      return { table: "main", task, metric, method, cell: known };
    }),
  ),
  ...ablation.flatMap(([task, metric, numbers]) =>
    paperAblations.map((method, place): PaperEntry => {
      const number = numbers[place];
      const cell = number === undefined ? unknown : value(number, n);
      return { table: "ablation", task, metric, method, cell };
    }),
  ),
  ...paperMethods.map((method): PaperEntry => {
    const number = seconds[method];
    const cell = number === undefined ? unknown : value(number, n);
    return { table: "efficiency", task: null, metric: "seconds", method, cell };
  }),
  ...main.flatMap(([task, metric]) =>
    paperMethods.map((method): PaperEntry => {
      const number = method === "persona-agent" ? coldStart[`${task} ${metric}`] : undefined;
      const cell = number === undefined ? unknown : value(number, n);
      return { table: "cold-start", task, metric, method, cell };
    }),
  ),
];

/** The paper's cell for one of our methods; `null` where the paper has no such row. */
export function paperCell(
  table: PaperEntry["table"],
  task: LampTask | null,
  metric: MetricName | "seconds",
  method: string,
): PaperCell | null {
  const name = method === "persona-agent-paper" ? "persona-agent" : method;
  return (
    paperEntries.find(
      (entry) =>
        entry.table === table &&
        entry.task === task &&
        entry.metric === metric &&
        entry.method === name,
    )?.cell ?? null
  );
}
