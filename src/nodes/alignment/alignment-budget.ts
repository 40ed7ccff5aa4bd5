import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { isOpen } from "../../domain/alignment/judgement.js";
import {
  areEnough,
  batchSize,
  fewestAnswers,
  firstItems,
  sizesOf,
} from "../../domain/alignment/split-batch-holdout.js";
import type { SimulatedAnswer } from "../../domain/alignment/simulated-answer.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { addUsage, noUsage, type Usage } from "../../domain/usage.js";
import type { AlignmentState } from "../../state/alignment-state.js";

type Limits = Pick<
  AlignConfig,
  "maxCalls" | "maxTokens" | "maxSeconds" | "maxCallsPerDay" | "maxTokensPerDay"
>;
type Spending = Pick<AlignmentState, "usage" | "today" | "startedAt" | "waitedSeconds">;

/**
 * What a run may still spend. Checked between steps: calls that have begun are finished, and their results are used.
 *
 * @returns `calls`: model calls, Infinity without a limit. `spent`: which budget is used up, in words; `null` if none
 *   is.
 */
export function budgetOf(
  { usage, today, startedAt, waitedSeconds }: Spending,
  config: Limits,
  now: Date,
): { readonly calls: number; readonly spent: string | null } {
  const at = now.toISOString();
  const seconds = secondsBetween(startedAt ?? at, at) - waitedSeconds;
  const tokens = tokensOf(usage);
  const budgets = [
    { name: "model calls a run", limit: config.maxCalls, used: usage.calls },
    { name: "tokens a run", limit: config.maxTokens, used: tokens },
    { name: "seconds a run", limit: config.maxSeconds, used: seconds },
    { name: "model calls a day", limit: config.maxCallsPerDay, used: usage.calls + today.calls },
    { name: "tokens a day", limit: config.maxTokensPerDay, used: tokens + tokensOf(today) },
  ];
  const over = budgets.find(({ limit, used }) => limit !== undefined && used >= limit);
  const calls = Math.min(
    (config.maxCalls ?? Infinity) - usage.calls,
    (config.maxCallsPerDay ?? Infinity) - usage.calls - today.calls,
  );
  return {
    calls: Math.max(0, Math.floor(calls)),
    spent: over === undefined ? null : `the budget of ${over.limit} ${over.name} is spent`,
  };
}

/**
 * Model calls that one more answer probably takes: the mean of the run's answers so far. Before the first one, two if
 * tools can be called (a search and the answer), else one.
 */
export function callsPerAnswer(
  answers: readonly Pick<SimulatedAnswer, "usage">[],
  { toolRounds }: Pick<AlignConfig, "toolRounds">,
): number {
  if (answers.length === 0) return toolRounds > 0 ? 2 : 1;
  const calls = answers.reduce((sum, { usage }) => sum + usage.calls, 0);
  return Math.max(1, calls / answers.length);
}

/** The settings that a run's calls depend on. */
type RunSizes = Pick<
  AlignConfig,
  | "batch"
  | "holdout"
  | "validation"
  | "acceptance"
  | "minimumItems"
  | "samplesPerItem"
  | "toolRounds"
>;

/** What is known, or taken for granted, of the calls that one item takes. */
interface CallsPerItem {
  /** Of one answer. */
  readonly answer?: number;
  /** Of comparing two answers to it, on average; none unless given. */
  readonly judging?: number;
}

/**
 * Model calls of a run of so many items until its first candidate has been compared on the fewest held-out items: the
 * parent's answers, the critiques, the update, the candidate's answers, and the judge's verdicts on them.
 */
export function callsOfRun(
  items: number,
  config: RunSizes,
  { answer = callsPerAnswer([], config), judging = 0 }: CallsPerItem = {},
): number {
  const { validation, minimumItems, samplesPerItem } = config;
  const sizes = sizesOf(config);
  const batch = batchSize(items, sizes);
  const first = Math.min(items, firstItems(sizes));
  const compared = validation ? batch + minimumItems : 0;
  const answers = (first + compared) * samplesPerItem * answer;
  return answers + batch + 1 + Math.ceil(compared * judging);
}

/** Model calls of a run of the fewest items that anything can be judged by. */
export function callsOfSmallestRun(config: RunSizes, perItem?: CallsPerItem): number {
  const fewest = config.validation ? fewestAnswers(sizesOf(config), config.minimumItems) : 1;
  return callsOfRun(fewest ?? 1, config, perItem);
}

/** The most of so many items for which the calls suffice; 0 where they are too few to judge anything by. */
export function affordableItems(
  items: number,
  calls: number,
  config: RunSizes,
  perItem?: CallsPerItem,
): number {
  let affordable = items;
  while (affordable > 0 && callsOfRun(affordable, config, perItem) > calls) affordable -= 1;
  return areEnough(affordable, sizesOf(config), config) ? affordable : 0;
}

/** Model calls that compare two answers: one for each order. */
export const callsOfJudgement = 2;

/** Most model calls that comparing the answers to these items takes. */
export function callsOfJudging(
  items: readonly AlignmentItem[],
  { judge }: Pick<AlignConfig, "judge">,
): number {
  return judge ? items.filter(isOpen).length * callsOfJudgement : 0;
}

/** The mean of `callsOfJudging` over the items; 0 if there are none. */
export function judgingPerItem(
  items: readonly AlignmentItem[],
  config: Pick<AlignConfig, "judge">,
): number {
  return items.length === 0 ? 0 : callsOfJudging(items, config) / items.length;
}

function tokensOf({ tokens }: Usage): number {
  return tokens.in + tokens.out;
}

/**
 * What the user's checkpoints of one day have cost.
 *
 * @param at - A time of that day, ISO 8601 UTC.
 */
export function spentOnDay(at: string, checkpoints: readonly PersonaCheckpoint[]): Usage {
  return checkpoints
    .filter((checkpoint) => checkpoint.at.startsWith(at.slice(0, 10)))
    .flatMap(({ alignment }) => alignment?.usage ?? [])
    .reduce(addUsage, noUsage);
}

/** Not negative. Both times are ISO 8601. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
