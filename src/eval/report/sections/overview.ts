import { heading, note, table, text, warning, type Block, type Cell } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { metricTitles, metricsOf, whole } from "../rendering/format.js";
import { ours } from "../summary/studies.js";
import { armResult, tableArms } from "./report-arms.js";
import { scoreCells } from "./score-cells.js";

/** What the run came to, on one screen. */
export function overview(report: EvalReport): Block[] {
  const { run, results, missing, errors } = report;
  const answered = results.reduce((sum, { n }) => sum + n, 0);
  const failed = results.reduce((sum, result) => sum + result.errors, 0);
  const left = missing.reduce((sum, entry) => sum + entry.missing, 0);
  const { methods, ablations } = tableArms(report);
  const arms = [...methods, ...ablations];
  const columns = run.sets.map(({ name, task }) => {
    const [metric] = metricsOf(task);
    const cells = scoreCells(
      arms.map(({ id }) => armResult(report, name, id)),
      metric,
    );
    return { title: `#${name}, ${metricTitles[metric]}`, cells };
  });
  const blocks: Block[] = [];
  if (left > 0)
    blocks.push(
      warning(
        `This run is incomplete: ${whole(left)} questions were not asked. Its numbers are of the questions that were, and will change; see “Errors and gaps”.`,
      ),
    );
  if (failed > 0 || errors.length > 0)
    blocks.push(
      warning(
        `${whole(failed)} of ${whole(answered + failed)} questions ended in an error. They are counted in the tables and scored in none; see “Errors and gaps”.`,
      ),
    );
  if (arms.length > 1)
    blocks.push(
      heading(2, "At a glance"),
      table(
        "The first metric of every method on every set",
        ["Method", ...columns.map(({ title }) => title)],
        arms.map(({ id }, row) => [id, ...columns.map(({ cells }) => cells[row] ?? "")]),
      ),
      note(
        "In brackets the 95 % interval, by drawing users again. The best value of each column is marked, ablations included; where intervals overlap, look at the differences below, which compare the same questions. Macro-F1's intervals reach further down than up: a draw of users may lack a rare label.",
      ),
    );
  const tally = tallyTable(report);
  if (tally !== null)
    blocks.push(
      text(
        `${ours} against each other method, counted over all sets and metrics: better or worse where the interval of the difference leaves out 0.`,
      ),
      tally,
    );
  return blocks;
}

function tallyTable({ paired }: EvalReport): Block | null {
  const others = [...new Set(paired.map(({ b }) => b))];
  if (others.length === 0) return null;
  const rows = others.map((b) => {
    const some = paired.filter((entry) => entry.b === b);
    const better = some.filter(({ low }) => low !== null && low > 0).length;
    const worse = some.filter(({ high }) => high !== null && high < 0).length;
    const count = (number: number, mark: "better" | "worse"): Cell =>
      number === 0 ? { text: "0" } : { text: String(number), mark };
    return [
      b,
      count(better, "better"),
      String(some.length - better - worse),
      count(worse, "worse"),
    ];
  });
  return table(
    `How often ${ours} is better and worse`,
    [`${ours} against`, "#better", "#no difference seen", "#worse"],
    rows,
  );
}
