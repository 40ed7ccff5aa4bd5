import { bootstrapByUser, pairedGain } from "../../metrics/bootstrap.js";
import { metricsFor } from "../../metrics/metrics.js";
import type { SetRecord } from "../../run/run-record.js";
import type { Outcome } from "./collect.js";
import type { Paired, Result } from "./eval-report.js";

/** The metrics of the questions answered, without those that ended in an error; none where nothing was answered. */
export function reportScores(
  { task, labels }: SetRecord,
  outcomes: readonly Outcome[],
  seed: number,
): Result["metrics"] {
  const answers = outcomes.filter(isAnswered);
  if (answers.length === 0) return {};
  const metrics = metricsFor(task, labels);
  return Object.fromEntries(
    metrics.map((metric) => [metric.name, bootstrapByUser(answers, metric, { seed })]),
  );
}

/** Differences over the questions that both answered. */
export interface MethodComparison {
  readonly questions: number;
  readonly users: number;
  /** One for each metric of the task; none where there is no such question. */
  readonly gains: readonly Pick<Paired, "metric" | "delta" | "low" | "high">[];
}

/** How much better `a` does than `b`, on the questions that both answered. */
export function compareOutcomes(
  { task, labels }: SetRecord,
  a: readonly Outcome[],
  b: readonly Outcome[],
  seed: number,
): MethodComparison {
  const ofB = new Map(
    b.filter(isAnswered).map(({ question, prediction }) => [question, prediction]),
  );
  const both = a.filter(isAnswered).flatMap(({ user, question, gold, prediction }) => {
    const base = ofB.get(question);
    return base === undefined ? [] : [{ user, gold, base, other: prediction }];
  });
  const users = new Set(both.map(({ user }) => user)).size;
  if (both.length === 0) return { questions: 0, users, gains: [] };
  const gains = metricsFor(task, labels).map((metric) => {
    const { value: delta, ...ends } = pairedGain(both, metric, { seed });
    return { metric: metric.name, delta, ...ends };
  });
  return { questions: both.length, users, gains };
}

export function isAnswered(outcome: Outcome): outcome is Outcome & { readonly prediction: string } {
  return outcome.prediction !== null && outcome.error === null;
}
