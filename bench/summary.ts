import { z } from "zod";
import { quantile } from "./timing.js";

/** What a benchmark measured of one thing. */
export interface BenchTable {
  /** What it is, without its unit. */
  readonly title: string;
  /** Of all samples: "ms", "MB". */
  readonly unit: string;
  /** In a table of growth: what `at` of its rows counts. Each name is a line then, and not a bar. */
  readonly over?: string;
  /** Whether the rows were measured in turns, so that rounds are pairs and the ratio is the median of theirs. */
  readonly isPaired?: boolean;
  /** Names of rows with which the others are compared; without any, growth is compared with its own beginning. */
  readonly references?: readonly string[];
  readonly rows: readonly BenchRow[];
}

export interface BenchRow {
  readonly name: string;
  readonly at?: number;
  /** One a round. */
  readonly samples: readonly number[];
  /** Further figures, by what they are and their unit. */
  readonly more?: Readonly<Record<string, number>>;
}

const summarySchema = z.object({
  title: z.string(),
  unit: z.string(),
  over: z.string().optional(),
  rows: z.array(
    z.object({
      name: z.string(),
      at: z.number().optional(),
      samples: z.number(),
      median: z.number(),
      /** Of twenty samples or more. */
      p95: z.number().optional(),
      /** By what the row is compared with. */
      ratios: z.record(z.string(), z.number()),
      more: z.record(z.string(), z.number()),
    }),
  ),
});
export const resultSchema = z.object({
  at: z.string(),
  commit: z.string(),
  node: z.string(),
  cpu: z.string(),
  cores: z.number(),
  /** Processes that waited for a core in the last minute. */
  load: z.number(),
  notes: z.array(z.string()),
  tables: z.array(summarySchema),
});

/** What is kept of a table. */
export type Summary = z.output<typeof summarySchema>;
/** What is kept of a benchmark's latest run. */
export type BenchResult = z.output<typeof resultSchema>;

/** The figures of a row by their titles, as tables show them. */
export function cellsOf({ samples, median, p95, ratios, more }: Summary["rows"][number]) {
  return {
    [samples === 1 ? "measured" : "median"]: median,
    ...(p95 !== undefined && { p95, "p95 over median": rounded(p95 / median) }),
    ...Object.fromEntries(Object.entries(ratios).map(([of, ratio]) => [`× ${of}`, ratio])),
    ...more,
  };
}

/** Medians, 95th percentiles and ratios, each to three digits. */
export function summaryOf({
  title,
  unit,
  over,
  isPaired = false,
  references,
  rows,
}: BenchTable): Summary {
  return {
    title,
    unit,
    ...(over !== undefined && { over }),
    rows: rows.map((row) => {
      const { name, at, samples, more = {} } = row;
      const median = quantile(samples, 0.5);
      const compared =
        references === undefined
          ? rows.filter((other) => over !== undefined && other.name === name).slice(0, 1)
          : rows.filter((other) => other.at === at && references.includes(other.name));
      return {
        name,
        ...(at !== undefined && { at }),
        samples: samples.length,
        median: rounded(median),
        ...(samples.length >= 20 && { p95: rounded(quantile(samples, 0.95)) }),
        ratios: Object.fromEntries(
          compared.map((other) => [
            references === undefined ? "its first" : other.name,
            rounded(
              isPaired
                ? medianRatio(samples, other.samples)
                : median / quantile(other.samples, 0.5),
            ),
          ]),
        ),
        more: Object.fromEntries(
          Object.entries(more).map(([what, value]) => [what, rounded(value)]),
        ),
      };
    }),
  };
}

function medianRatio(own: readonly number[], others: readonly number[]): number {
  const ratios = own.map((value, round) => value / (others[round] ?? Number.NaN));
  return quantile(ratios, 0.5);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
