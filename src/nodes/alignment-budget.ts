import type { AlignConfig } from "../config.js";
import type { SimulatedAnswer } from "../domain/simulated-answer.js";
import type { Usage } from "../domain/usage.js";

export interface Spent {
  /** By this run so far. */
  readonly usage: Usage;
  /** By the user's alignments of the same UTC day before this run. */
  readonly today: Usage;
  readonly seconds: number;
}

/** What a run may still spend. */
export interface BudgetLeft {
  /** Model calls; Infinity without a limit. */
  readonly calls: number;
  /** Which budget is used up, in words; `null` while none is. */
  readonly spent: string | null;
}

/** Looked at between steps: calls that have begun are finished, and what they gave is judged. */
export function budgetLeft(
  config: Pick<
    AlignConfig,
    "maxCalls" | "maxTokens" | "maxSeconds" | "maxCallsPerDay" | "maxTokensPerDay"
  >,
  { usage, today, seconds }: Spent,
): BudgetLeft {
  const budgets = [
    { name: "model calls a run", limit: config.maxCalls, used: usage.calls },
    { name: "tokens a run", limit: config.maxTokens, used: tokensOf(usage) },
    { name: "seconds a run", limit: config.maxSeconds, used: seconds },
    {
      name: "model calls a day",
      limit: config.maxCallsPerDay,
      used: usage.calls + today.calls,
    },
    {
      name: "tokens a day",
      limit: config.maxTokensPerDay,
      used: tokensOf(usage) + tokensOf(today),
    },
  ];
  const over = budgets.find(({ limit, used }) => limit !== undefined && used >= limit);
  const calls = budgets
    .filter(({ name }) => name.startsWith("model calls"))
    .map(({ limit = Infinity, used }) => Math.max(0, limit - used));
  return {
    calls: Math.floor(Math.min(...calls)),
    spent: over === undefined ? null : `the budget of ${over.limit} ${over.name} is spent`,
  };
}

/**
 * Model calls that one more answer is likely to take: as many as the run's answers so far; before the first one two, a
 * search and the answer, where tools can be called.
 */
export function callsPerAnswer(
  answers: readonly Pick<SimulatedAnswer, "usage">[],
  { toolRounds }: Pick<AlignConfig, "toolRounds">,
): number {
  if (answers.length === 0) return toolRounds > 0 ? 2 : 1;
  const calls = answers.reduce((sum, { usage }) => sum + usage.calls, 0);
  return Math.max(1, calls / answers.length);
}

function tokensOf({ tokens }: Usage): number {
  return tokens.in + tokens.out;
}
