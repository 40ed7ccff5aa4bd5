import { addUsage, noUsage } from "../../../domain/usage.js";
import type { Outcome, PreparedOutcome } from "./collect.js";
import type { Cost, Result, ReportedSpending } from "./eval-report.js";
import { isAnswered } from "./scores.js";

/** What an answered question took in the mean. */
export function costOfAnswers(
  outcomes: readonly Outcome[],
): Pick<Result, "seconds" | "calls" | "tokens"> {
  const answered = outcomes.filter(isAnswered);
  if (answered.length === 0) return { seconds: null, calls: null, tokens: { in: null, out: null } };
  return share(sum(answered), answered.length);
}

/** All that an arm took on a set, and what that is for a question. */
export function reportedCost(
  outcomes: readonly Outcome[],
  prepared: readonly PreparedOutcome[],
): Omit<Cost, "set" | "method"> {
  const answered = outcomes.filter(isAnswered);
  const sums = { answering: sum(outcomes), preparation: sum(prepared) };
  if (answered.length === 0) return { ...sums, perQuestion: null };
  const perQuestion = {
    answering: share(sum(answered), answered.length),
    preparation: share(sums.preparation, answered.length),
    together: share(sum([...answered, ...prepared]), answered.length),
  };
  return { ...sums, perQuestion };
}

type Line = Pick<PreparedOutcome, "usage" | "seconds">;

function sum(lines: readonly Line[]): ReportedSpending {
  return lines.reduce<ReportedSpending>(
    (total, { usage, seconds }) => ({
      seconds: total.seconds + seconds,
      ...addUsage(total, usage ?? noUsage),
    }),
    { seconds: 0, ...noUsage },
  );
}

function share({ seconds, calls, tokens }: ReportedSpending, count: number): ReportedSpending {
  return {
    seconds: seconds / count,
    calls: calls / count,
    tokens: { in: tokens.in / count, out: tokens.out / count },
  };
}
