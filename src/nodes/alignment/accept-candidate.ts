import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { type AcceptanceDecision, decideAcceptance } from "../../domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import { tooFewItems, withFailedItems } from "../../domain/alignment/failed-item.js";
import { mean } from "../../domain/scoring/mean.js";
import { noUsage } from "../../domain/usage.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  SimulationTask,
} from "../../state/alignment-state.js";
import {
  budgetOf,
  callsOfJudgement,
  callsOfJudging,
  callsPerAnswer,
  secondsBetween,
} from "./alignment-budget.js";
import { failuresOf, missingItems, shortage } from "./failed-items.js";
import { judgeTasks, sendAll, simulationTasks, unansweredTasks } from "./simulation-tasks.js";
import {
  answeredItems,
  comparedItems,
  inBatchOrder,
  parentOf,
  scoredItems,
} from "./state-selectors.js";

export interface AcceptCandidateDeps {
  /** By role, as stored in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

/** The candidate cannot be compared any more. */
const unaffordable = (what: string): NonNullable<AlignmentState["outcome"]> => ({
  reason: `Not judged: the budget leaves too few model calls for ${what}.`,
  stop: "budget",
});

/**
 * Applies the acceptance rule to the candidate, first on its batch and then, unless the batch rejects it, on the
 * holdout; each time after the judge has compared the open items. The parent's answers to the holdout are asked for only
 * once in a run. The proposed checkpoint gets its time here, so that a node that runs again writes the same one.
 *
 * Errors: `model-unavailable` if failed calls leave too few items to compare.
 */
export function createAcceptCandidate({ modelNamesFor, now }: AcceptCandidateDeps) {
  return async function acceptCandidate(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<
      unknown,
      AlignmentUpdate,
      "judge" | "validate" | "review-candidate" | "commit-checkpoint"
    >
  > {
    const config = parseAlignConfig(runtime);
    const { candidate, holdout, iteration } = state;
    const { calls } = budgetOf(state, config, now());
    const missing = missingOnBatch(state, config, runtime);
    const isPaidFor = missing.length * callsPerAnswer(state.answers, config) <= calls;
    if (missing.length > 0 && isPaidFor) return new Command({ goto: sendAll("validate", missing) });
    const unjudged = config.judge ? judgeTasks(state, runtime) : [];
    // Foreseen when the answers were asked for, unless those took more calls than others before.
    const isJudgeable = unjudged.length * callsOfJudgement <= calls;
    if (unjudged.length > 0 && isJudgeable)
      return new Command({ goto: sendAll("judge", unjudged) });
    const decision =
      state.outcome === null && isJudgeable && isPaidFor ? decide(state, config) : null;
    const lack = decision && lackingOfBatch(decision, state);
    if (lack !== null) throw lack;
    const needsHoldout = decision?.outcome === "too-few-items";
    if (needsHoldout) {
      const tasks = holdoutTasks(state, config, calls, runtime);
      if (tasks.length > 0) return new Command({ goto: sendAll("validate", tasks) });
      const lackingItems = lackingOfHoldout(decision, state, config);
      if (lackingItems !== null) throw lackingItems;
    }
    const isLacking = needsHoldout && holdout.length >= config.minimumItems;
    const lacking = !isPaidFor
      ? "the missing items"
      : !isJudgeable
        ? "the judge"
        : isLacking
          ? "the held-out items"
          : null;
    const outcome = lacking === null ? state.outcome : unaffordable(lacking);
    const accepted = candidate !== null && outcome === null && (decision?.accepted ?? true);
    const reason = outcome?.reason ?? decision?.reason ?? candidate?.reason ?? "";
    if (candidate !== null) {
      const event = { kind: "candidate-judged", iteration, accepted, reason } as const;
      runtime.writer?.(event satisfies AlignmentEvent);
    }
    const at = now().toISOString();
    const { lines, paperSystemPrompt } = candidate ?? parentOf(state);
    return new Command({
      goto: accepted && config.review ? "review-candidate" : "commit-checkpoint",
      update: {
        outcome,
        degraded: degradedWith(state),
        proposal: {
          at,
          author: "alignment",
          status: accepted ? "active" : "rejected",
          lines,
          paperSystemPrompt,
          reason,
          alignment: recordOf(state, config, { decision, at, models: modelNamesFor(config) }),
        },
      },
    });
  };
}

/** @returns Null where nothing is to be judged: without a candidate, or without validation. */
function decide(state: AlignmentState, config: AlignConfig): AcceptanceDecision | null {
  if (state.candidate === null || !config.validation) return null;
  const evidence = {
    batch: comparedItems(state, state.batch),
    holdout: comparedItems(state, state.holdout),
  };
  const { minimumItems, minNetWins } = config;
  const significanceLevel = config.significanceLevel * levelShare(state.holdout);
  return decideAcceptance(evidence, { minimumItems, minNetWins, significanceLevel });
}

/**
 * The part of the significance level that applies: a quarter where most held-out answers are inferred. Nobody has looked
 * at those, and they come with every conversation, so that a persona is put to the test again and again.
 */
function levelShare(holdout: readonly AlignmentItem[]): number {
  return holdout.filter(({ isInferred }) => isInferred).length * 2 > holdout.length ? 0.25 : 1;
}

/** Notes a judge without a usable verdict, and items whose calls failed; each once in a run. */
function degradedWith(state: AlignmentState): string[] {
  const isNew = state.judgements.some(({ ordersAgree }) => ordersAgree === null);
  const degraded = withFailedItems(state.degraded, missingItems(state));
  return isNew && !degraded.includes("judge-failed") ? [...degraded, "judge-failed"] : degraded;
}

/** The error where failures leave fewer than half of the batch to compare. */
function lackingOfBatch({ batch }: AcceptanceDecision, state: AlignmentState) {
  const answered = answeredItems(state, state.batch).length;
  return shortage([batch.items, answered], "items were compared", failuresOf(state.batch, state));
}

/** The error where there would be enough held-out items if none had failed. */
function lackingOfHoldout(
  { holdout: { items } }: AcceptanceDecision,
  state: AlignmentState,
  { minimumItems }: AlignConfig,
) {
  const failed = failuresOf(state.holdout, state);
  const wanted = items + new Set(failed.map(({ episodeId }) => episodeId)).size;
  const isLacking = items < minimumItems && wanted >= minimumItems;
  return isLacking ? tooFewItems([items, wanted], "held-out items were compared", failed) : null;
}

/** Answers of the candidate to the batch that failed in an earlier call of the run. */
function missingOnBatch(
  state: AlignmentState,
  { validation, samplesPerItem }: AlignConfig,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const { candidate, outcome } = state;
  if (candidate === null || outcome !== null || !validation) return [];
  const items = answeredItems(state, state.batch);
  const tasks = simulationTasks(items, state, candidate, "candidate", samplesPerItem);
  return unansweredTasks(tasks, state, runtime);
}

/** The missing answers to the latest held-out items that `calls` pay for; none if those are too few to judge by. */
function holdoutTasks(
  state: AlignmentState,
  config: AlignConfig,
  calls: number,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const { candidate, holdout, answers } = state;
  if (candidate === null) return [];
  const { samplesPerItem, minimumItems } = config;
  const parent = parentOf(state);
  const compared = new Set(comparedItems(state, holdout).map(({ item }) => item));
  const perAnswer = callsPerAnswer(answers, config);
  let left = calls;
  const byItem = holdout.toReversed().flatMap((item) => {
    const wanted = [
      ...simulationTasks([item], state, candidate, "candidate", samplesPerItem),
      ...simulationTasks([item], state, parent, "parent", samplesPerItem),
    ];
    const tasks = unansweredTasks(wanted, state, runtime);
    if (compared.has(item.episodeId) || tasks.length === 0) return [];
    left -= tasks.length * perAnswer + callsOfJudging([item], config);
    return left < 0 ? [] : [tasks];
  });
  return byItem.length + compared.size < minimumItems ? [] : byItem.flat();
}

function recordOf(
  state: AlignmentState,
  { mode }: AlignConfig,
  { decision, at, models }: Pick<AlignmentRecord, "decision" | "models"> & { readonly at: string },
): AlignmentRecord {
  const { runId, iteration, profile, rejections, usage, iterationStart } = state;
  const before = iterationStart?.usage ?? noUsage;
  const scored = (items: readonly AlignmentItem[]): PairedScore[] =>
    scoredItems(state, items).map(({ item, parent, candidate, preferred }) => ({
      episodeId: item,
      parent: mean(parent) ?? 0,
      candidate: mean(candidate),
      ...(preferred && { preferred }),
    }));
  const compared = state.judgements.filter(
    ({ candidate, ordersAgree }) => candidate === state.candidate?.key && ordersAgree !== null,
  );
  const agreed = compared.filter(({ ordersAgree }) => ordersAgree === true).length;
  return {
    mode,
    runId,
    iteration,
    profileId: profile?.id ?? null,
    scores: { batch: scored(state.batch), holdout: scored(state.holdout) },
    critiques: inBatchOrder(state, parentOf(state).key).flatMap(({ episodeId, text }) =>
      text === null ? [] : [{ episodeId, text }],
    ),
    rejections,
    decision,
    review: null,
    ...(compared.length > 0 && { judge: { items: compared.length, agreed } }),
    models,
    usage: {
      calls: usage.calls - before.calls,
      tokens: {
        in: usage.tokens.in - before.tokens.in,
        out: usage.tokens.out - before.tokens.out,
      },
    },
    seconds: secondsBetween(iterationStart?.at ?? at, at),
  };
}
