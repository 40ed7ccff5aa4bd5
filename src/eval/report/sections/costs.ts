import { heading, note, table, type Block, type Cell } from "../blocks.js";
import type { Cost, EvalReport, Spent } from "../eval-report.js";
import { perQuestion, seconds, whole } from "../format.js";
import { paperCell } from "../paper-numbers.js";
import { paperTableCell } from "./score-cells.js";

/** What an answer takes, and what the methods do before their questions, apart and together. */
export function costs(report: EvalReport): Block[] {
  const arms = report.run.arms.map((arm) => {
    const own = report.costs.filter(({ method }) => method === arm.id);
    const answered = report.results
      .filter(({ method }) => method === arm.id)
      .reduce((sum, { n }) => sum + n, 0);
    return {
      ...arm,
      answered,
      answering: total(own, "answering"),
      before: total(own, "preparation"),
    };
  });
  const { timing } = report.run;
  return [
    heading(2, "Efficiency"),
    note(
      "Means over the questions answered, all sets together; “before” is everything that a method does before its questions (profile, alignment, summaries), shared out over them. What ended in an error is counted in, too. Tokens are the provider's own count. The paper counts seconds a question without the alignment.",
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
      arms.map(({ id, method, answered, answering, before }) => {
        const each = (value: number, format = perQuestion): Cell =>
          answered === 0 ? { text: "–", mark: "unknown" } : { text: format(value / answered) };
        const tokens = ({ tokens: { in: given, out } }: Spent) => given + out;
        return [
          id,
          each(answering.seconds, seconds),
          paperTableCell(paperCell("efficiency", null, "seconds", method), 2),
          each(answering.calls),
          each(answering.tokens.in),
          each(answering.tokens.out),
          each(before.seconds, seconds),
          each(before.calls),
          each(tokens(before)),
          each(answering.calls + before.calls),
          each(tokens(answering) + tokens(before)),
        ];
      }),
    ),
    note(
      `By the clock, over all starts of the run: ${seconds(timing.startSeconds)} s to start, ${seconds(timing.preparationSeconds)} s to prepare, ${seconds(timing.questionSeconds)} s to answer. Calls in all: ${whole(arms.reduce((sum, { answering, before }) => sum + answering.calls + before.calls, 0))}.`,
    ),
  ];
}

function total(own: readonly Cost[], part: "answering" | "preparation"): Spent {
  const sum = (of: (spent: Spent) => number) => own.reduce((all, cost) => all + of(cost[part]), 0);
  return {
    seconds: sum((spent) => spent.seconds),
    calls: sum((spent) => spent.calls),
    tokens: { in: sum((spent) => spent.tokens.in), out: sum((spent) => spent.tokens.out) },
  };
}
