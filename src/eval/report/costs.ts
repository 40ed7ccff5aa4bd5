import { addUsage, noUsage } from "../../domain/usage.js";
import type { Outcome, PreparedOutcome } from "./collect.js";
import type { Cost, Result, Spent } from "./eval-report.js";
import { isAnswered } from "./scores.js";

/** What an answered question took in the mean. */
export function costOfAnswers(
  outcomes: readonly Outcome[],
): Pick<Result, "seconds" | "calls" | "tokens"> {
  const answered = outcomes.filter(isAnswered);
  if (answered.length === 0) return { seconds: null, calls: null, tokens: { in: null, out: null } };
  return share(sum(answered), answered.length);
}

/** What all of it took, also what ended in an error, and the same over the questions answered. */
export function costOf(
  outcomes: readonly Outcome[],
  prepared: readonly PreparedOutcome[],
): Omit<Cost, "set" | "method"> {
  const answered = outcomes.filter(isAnswered).length;
  const answering = sum(outcomes);
  const preparation = sum(prepared);
  if (answered === 0) return { answering, preparation, perQuestion: null };
  return {
    answering,
    preparation,
    perQuestion: {
      answering: share(answering, answered),
      preparation: share(preparation, answered),
      together: share(sum([toLine(answering), toLine(preparation)]), answered),
    },
  };
}

type Line = Pick<PreparedOutcome, "usage" | "seconds">;

function sum(lines: readonly Line[]): Spent {
  return lines.reduce<Spent>(
    (total, { usage, seconds }) => ({
      seconds: total.seconds + seconds,
      ...addUsage(total, usage ?? noUsage),
    }),
    { seconds: 0, ...noUsage },
  );
}

function toLine({ seconds, ...usage }: Spent): Line {
  return { seconds, usage };
}

function share({ seconds, calls, tokens }: Spent, count: number): Spent {
  return {
    seconds: seconds / count,
    calls: calls / count,
    tokens: { in: tokens.in / count, out: tokens.out / count },
  };
}
