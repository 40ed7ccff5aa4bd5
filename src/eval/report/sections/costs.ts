import { heading, note, table, type Block, type Cell } from "../rendering/blocks.js";
import type { Cost, EvalReport, ReportedSpending } from "../summary/eval-report.js";
import { perQuestion, seconds, whole } from "../rendering/format.js";
import { paperCell } from "../summary/paper-numbers.js";
import { armResult } from "./report-arms.js";
import { noNumber, paperTableCell } from "./cells.js";

/** What an answer takes, and what the methods do before their questions, apart and together. */
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
        const mean = meanCost(report, id);
        const cell = (
          part: Part,
          of: (spent: ReportedSpending) => number,
          format = perQuestion,
        ): Cell => {
          const value = mean(part, of);
          return value === null ? noNumber : { text: format(value) };
        };
        const time = (spent: ReportedSpending) => spent.seconds;
        const calls = (spent: ReportedSpending) => spent.calls;
        const tokens = (spent: ReportedSpending) => spent.tokens.in + spent.tokens.out;
        return [
          id,
          cell("answering", time, seconds),
          paperTableCell(paperCell("efficiency", null, "seconds", method), 2),
          cell("answering", calls),
          cell("answering", (spent) => spent.tokens.in),
          cell("answering", (spent) => spent.tokens.out),
          cell("preparation", time, seconds),
          cell("preparation", calls),
          cell("preparation", tokens),
          cell("together", calls),
          cell("together", tokens),
        ];
      }),
    ),
    note(
      `By the clock, over all starts of the run: ${seconds(timing.startSeconds)} s to start, ${seconds(timing.preparationSeconds)} s to prepare, ${seconds(timing.questionSeconds)} s to answer. Calls in all, with those of errors and of work that a stop gave up: ${whole(spent.calls)}.`,
    ),
  ];
}

type Part = keyof NonNullable<Cost["perQuestion"]>;

/** What a method's question takes in the mean, over the questions answered on all sets; `null` where there are none. */
export function meanCost(report: EvalReport, method: string) {
  const own = report.costs.filter((cost) => cost.method === method);
  return (part: Part, of: (spent: ReportedSpending) => number): number | null => {
    let [sum, answered] = [0, 0];
    for (const { set, perQuestion: each } of own) {
      const n = armResult(report, set, method)?.n ?? 0;
      if (each !== null) sum += of(each[part]) * n;
      answered += n;
    }
    return answered === 0 ? null : sum / answered;
  };
}
