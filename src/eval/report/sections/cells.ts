import type { SetRecord } from "../../run/run-record.js";
import { table, type Block, type Cell } from "../rendering/blocks.js";
import {
  difference,
  interval,
  isLowerBetter,
  metricTitles,
  score,
  shownPaperCell,
  whole,
} from "../rendering/format.js";
import type { MetricName } from "../../metrics/metrics.js";
import type { Paired, Result } from "../summary/eval-report.js";
import { paperTitle } from "../summary/paper-data.js";
import { paperCell, type PaperCell, type PaperEntry } from "../summary/paper-numbers.js";

/** Where a table has no number. */
export const noNumber: Cell = { text: "–", mark: "unknown" };

/** A column's title, as `table` takes it, and its cell in each row. */
export interface Column {
  readonly title: string;
  readonly cells: readonly (Cell | string)[];
}

/** A table made of columns of the same length. */
export function columnTable(caption: string, columns: readonly Column[]): Block {
  return table(
    caption,
    columns.map(({ title }) => title),
    (columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => cells[row] ?? "")),
  );
}

/** One metric of results, the best of them marked; none where all are alike. */
export function scoreColumn(
  results: readonly (Pick<Result, "metrics"> | undefined)[],
  metric: MetricName,
): Column {
  const values = results.flatMap((result) => result?.metrics[metric]?.value ?? []);
  const best = isLowerBetter(metric) ? Math.min(...values) : Math.max(...values);
  const isVaried = values.some((value) => value !== best);
  const cells = results.map((result): Cell => {
    const found = result?.metrics[metric];
    if (found === undefined) return noNumber;
    const cell = { text: score(found.value), detail: interval(found) };
    return isVaried && found.value === best ? { ...cell, mark: "best" } : cell;
  });
  return { title: `#${metricTitles[metric]}`, cells };
}

/** What the paper has for one metric of these methods, to stand beside ours: one column, or none for another task. */
export function paperColumns(
  set: SetRecord,
  name: PaperEntry["table"],
  metric: MetricName,
  methods: readonly string[],
): readonly Column[] {
  const title = paperTitle(set);
  if (title === null) return [];
  const cells = methods.map((method) => paperTableCell(paperCell(name, set.task, metric, method)));
  return [{ title, cells }];
}

/** The paper's cell; a dash where the paper has no such method. */
export function paperTableCell(cell: PaperCell | null, digits?: number): Cell {
  if (cell === null) return noNumber;
  return { text: shownPaperCell(cell, digits), mark: cell.kind === "value" ? "paper" : "unknown" };
}

/** A difference, marked where its interval leaves out 0. */
export function gainCell(gain: Pick<Paired, "delta" | "low" | "high"> | undefined): Cell {
  if (gain === undefined) return noNumber;
  const cell = { text: difference(gain.delta), detail: interval(gain, difference) };
  if (gain.low !== null && gain.low > 0) return { ...cell, mark: "better" };
  if (gain.high !== null && gain.high < 0) return { ...cell, mark: "worse" };
  return cell;
}

/** How many, marked where there are any. */
export function countCell(count: number, mark: "better" | "worse"): Cell {
  return count === 0 ? { text: "0" } : { text: whole(count), mark };
}
