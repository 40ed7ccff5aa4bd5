import { heading, note, table, text, warning, type Block } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { metricsOf, whole } from "../rendering/format.js";
import { ours } from "../summary/studies.js";
import { armResult, tableArms } from "./report-arms.js";
import { columnTable, countCell, scoreColumn } from "./cells.js";

/** The results on one screen. */
export function overview(report: EvalReport): Block[] {
  const { run, results, missing, errors } = report;
  const answered = results.reduce((sum, { n }) => sum + n, 0);
  const failed = results.reduce((sum, result) => sum + result.errors, 0);
  const left = missing.reduce((sum, entry) => sum + entry.missing, 0);
  const { methods, ablations } = tableArms(report);
  const arms = [...methods, ...ablations].map(({ id }) => id);
  const columns = run.sets.map(({ name, task }) => {
    const results = arms.map((id) => armResult(report, name, id));
    const { title, cells } = scoreColumn(results, metricsOf(task)[0]);
    return { title: title.replace("#", `#${name}, `), cells };
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
      columnTable("The first metric of every method on every set", [
        { title: "Method", cells: arms },
        ...columns,
      ]),
      note(
        "In brackets the 95 % interval, by drawing users again. The best value of each column is marked, ablations included; where intervals overlap, look at the differences below, which compare the same questions. Macro-F1's intervals reach further down than up: a draw of users may lack a rare label.",
      ),
    );
  return [...blocks, ...tally(report)];
}

function tally({ paired }: EvalReport): Block[] {
  const others = [...new Set(paired.map(({ b }) => b))];
  if (others.length === 0) return [];
  const rows = others.map((b) => {
    const some = paired.filter((entry) => entry.b === b);
    const better = some.filter(({ low }) => low !== null && low > 0).length;
    const worse = some.filter(({ high }) => high !== null && high < 0).length;
    const unclear = some.length - better - worse;
    return [b, countCell(better, "better"), String(unclear), countCell(worse, "worse")];
  });
  return [
    text(
      `${ours} against each other method, counted over all sets and metrics: better or worse where the interval of the difference leaves out 0.`,
    ),
    table(
      `How often ${ours} is better and worse`,
      [`${ours} against`, "#better", "#no difference seen", "#worse"],
      rows,
    ),
  ];
}
