import type { AlignConfig } from "../../config/alignment-settings.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { SimulatedAnswer } from "../../domain/alignment/simulated-answer.js";
import { addUsage, noUsage, type Usage } from "../../domain/usage.js";
import type { AlignmentState } from "../../state/alignment-state.js";

export interface RunSpending {
  /** By this run so far. */
  readonly usage: Usage;
  /** By the user's alignments of the same UTC day before this run. */
  readonly today: Usage;
  /** Since it began, without what a person took to review. */
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
  { usage, today, seconds }: RunSpending,
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
 * What the run may still spend.
 *
 * @param now - When it is looked at.
 */
export function budgetOf(state: AlignmentState, config: AlignConfig, now: Date): BudgetLeft {
  const { usage, today, startedAt, waitedSeconds } = state;
  const at = now.toISOString();
  const seconds = Math.max(0, secondsBetween(startedAt ?? at, at) - waitedSeconds);
  return budgetLeft(config, { usage, today, seconds });
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

/** Model calls of the smallest run: one item answered and criticised, and one update. */
export function fewestCalls(config: Pick<AlignConfig, "samplesPerItem" | "toolRounds">): number {
  return callsOfItem(config) + 1;
}

/** Model calls of one item of the batch before any was answered: its answers and its critique. */
export function callsOfItem(config: Pick<AlignConfig, "samplesPerItem" | "toolRounds">): number {
  return config.samplesPerItem * callsPerAnswer([], config) + 1;
}

function tokensOf({ tokens }: Usage): number {
  return tokens.in + tokens.out;
}

/**
 * What the user's checkpoints of one day have cost.
 *
 * @param day - UTC, `YYYY-MM-DD`.
 */
export function spentOn(day: string, checkpoints: readonly PersonaCheckpoint[]): Usage {
  return checkpoints
    .filter(({ at }) => at.startsWith(day))
    .flatMap(({ alignment }) => alignment?.usage ?? [])
    .reduce(addUsage, noUsage);
}

/** @param from - As `to`, ISO 8601. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
