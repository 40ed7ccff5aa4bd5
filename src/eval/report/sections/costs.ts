import { heading, note, table, type Block, type Cell } from "../rendering/blocks.js";
import type { Cost, EvalReport, ReportedSpending } from "../summary/eval-report.js";
import { perQuestion, seconds, whole } from "../rendering/format.js";
import { paperCell } from "../summary/paper-numbers.js";
import { armResult } from "./report-arms.js";
import { noNumber, paperTableCell } from "./cells.js";

/** What a question costs: the answer, the preparation before it, and both together. */
export function costs(report: EvalReport): Block[] {
  const { arms, timing, spent } = report.run;
  return [
    heading(2, "Efficiency"),
    note(
      "Means over the questions answered, all sets together; “before” is everything that a method does before its questions (profile, alignment, summaries), shared out over them. Tokens are as the model counts them. The paper counts seconds a question without the alignment.",
    ),
    table(
      "What a question costs",
      [
        "Method",
        "#seconds",
        "#paper's",
        "#calls",
        "#tokens in",
        "#tokens out",
        "#seconds before",
        "#calls before",
        "#tokens before",
        "#calls together",
        "#tokens together",
      ],
      arms.map(({ id, method }) => {
        const cell = costCells(report, id);
        return [
          id,
          cell("answering", timeOf, seconds),
          paperTableCell(paperCell("efficiency", null, "seconds", method), 2),
          cell("answering", callsOf),
          cell("answering", (spent) => spent.tokens.in),
          cell("answering", (spent) => spent.tokens.out),
          cell("preparation", timeOf, seconds),
          cell("preparation", callsOf),
          cell("preparation", tokensOf),
          cell("together", callsOf),
          cell("together", tokensOf),
        ];
      }),
    ),
    note(
      `By the clock, over all starts of the run: ${seconds(timing.startSeconds)} s to start, ${seconds(timing.preparationSeconds)} s to prepare, ${seconds(timing.questionSeconds)} s to answer. Calls in all, with those of errors and of work that a stop gave up: ${whole(spent.calls)}.`,
    ),
  ];
}

const timeOf = (spent: ReportedSpending) => spent.seconds;
export const callsOf = (spent: ReportedSpending) => spent.calls;
export const tokensOf = (spent: ReportedSpending) => spent.tokens.in + spent.tokens.out;

/** The mean cost of a method's question, over the questions answered on all sets; a dash where there are none. */
export function costCells(report: EvalReport, method: string) {
  const own = report.costs.filter((cost) => cost.method === method);
  return (
    part: keyof NonNullable<Cost["perQuestion"]>,
    of: (spent: ReportedSpending) => number,
    format = perQuestion,
  ): Cell => {
    let [sum, answered] = [0, 0];
    for (const { set, perQuestion: each } of own) {
      const n = armResult(report, set, method)?.n ?? 0;
      if (each !== null) sum += of(each[part]) * n;
      answered += n;
    }
    return answered === 0 ? noNumber : { text: format(sum / answered) };
  };
}
