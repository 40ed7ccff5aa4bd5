import type { Cell } from "../rendering/blocks.js";
import type { MetricName } from "../summary/metric-name.js";
import type { Result } from "../summary/eval-report.js";
import { interval, isLowerBetter, shownPaperCell, score } from "../rendering/format.js";
import type { PaperCell } from "../summary/paper-numbers.js";

const nothing: Cell = { text: "–", mark: "unknown" };

/** A metric of results that stand in one column, the best of them marked; none where all are alike. */
export function scoreCells(
  results: readonly (Pick<Result, "metrics"> | undefined)[],
  metric: MetricName,
): Cell[] {
  const values = results.flatMap((result) => result?.metrics[metric]?.value ?? []);
  const best = isLowerBetter(metric) ? Math.min(...values) : Math.max(...values);
  return results.map((result) => {
    const found = result?.metrics[metric];
    if (found === undefined) return nothing;
    const cell = { text: score(found.value), detail: interval(found) };
    const isBest = found.value === best && values.some((value) => value !== best);
    return isBest ? { ...cell, mark: "best" } : cell;
  });
}

/** The paper's cell; a dash where the paper has no such method. */
export function paperTableCell(cell: PaperCell | null, digits?: number): Cell {
  if (cell === null) return nothing;
  return { text: shownPaperCell(cell, digits), mark: cell.kind === "value" ? "paper" : "unknown" };
}
