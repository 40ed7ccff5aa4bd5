import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { type AcceptanceDecision, decideAcceptance } from "../../domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import type { PairedScores } from "../../domain/alignment/paired-comparison.js";
import { itemScores } from "../../domain/alignment/simulated-answer.js";
import { mean } from "../../domain/scoring/mean.js";
import { noUsage } from "../../domain/usage.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  SimulationTask,
} from "../../state/alignment-state.js";
import { budgetOf, callsPerAnswer, secondsBetween } from "./alignment-budget.js";
import { sendAll, simulationTasks } from "./simulation-tasks.js";
import { inBatchOrder, parentOf } from "./state-selectors.js";

export interface AcceptCandidateDeps {
  /** By role, as stored in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

const unaffordable: NonNullable<AlignmentState["outcome"]> = {
  reason: "Not judged: the budget leaves too few model calls for the held-out items.",
  stop: "budget",
};

/**
 * Applies the acceptance rule to the candidate, first on its batch and then, unless the batch rejects it, on the
 * holdout; the parent's answers to the holdout are asked for only once in a run. The proposed checkpoint gets its time
 * here, so that a node that runs again writes the same one.
 */
export function createAcceptCandidate({ modelNamesFor, now }: AcceptCandidateDeps) {
  return async function acceptCandidate(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<unknown, AlignmentUpdate, "validate" | "review-candidate" | "commit-checkpoint">
  > {
    const config = parseAlignConfig(runtime);
    const { candidate, holdout, iteration } = state;
    const decision = state.outcome === null ? decide(state, config) : null;
    const needsHoldout = decision?.outcome === "too-few-items";
    if (needsHoldout && decision.holdout.items === 0) {
      const tasks = holdoutTasks(state, config, budgetOf(state, config, now()).calls);
      if (tasks.length > 0) return new Command({ goto: sendAll("validate", tasks) });
    }
    const isLacking = needsHoldout && holdout.length >= config.minimumItems;
    const outcome = isLacking ? unaffordable : state.outcome;
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
  const answeredByBoth = (items: readonly AlignmentItem[]) =>
    scoresOf(state, items).filter(({ candidate }) => candidate.length > 0);
  const evidence = { batch: answeredByBoth(state.batch), holdout: answeredByBoth(state.holdout) };
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

/** The scores of the items that the parent has answered; the candidate's are empty where it has not. */
function scoresOf(state: AlignmentState, items: readonly AlignmentItem[]): PairedScores[] {
  const { answers, candidate } = state;
  const { key } = parentOf(state);
  return items
    .map(({ episodeId }) => ({
      item: episodeId,
      parent: itemScores(answers, key, episodeId),
      candidate: candidate === null ? [] : itemScores(answers, candidate.key, episodeId),
    }))
    .filter(({ parent }) => parent.length > 0);
}

/** The missing answers to the latest held-out items that `calls` pay for; none if those are too few to judge by. */
function holdoutTasks(state: AlignmentState, config: AlignConfig, calls: number): SimulationTask[] {
  const { candidate, holdout, answers } = state;
  if (candidate === null) return [];
  const { samplesPerItem, minimumItems } = config;
  const parent = parentOf(state);
  const answered = new Set(scoresOf(state, holdout).map(({ item }) => item));
  let left = calls / callsPerAnswer(answers, config);
  const byItem = holdout.toReversed().flatMap((item) => {
    const tasks = simulationTasks([item], state, candidate, "candidate", samplesPerItem);
    if (!answered.has(item.episodeId))
      tasks.push(...simulationTasks([item], state, parent, "parent", samplesPerItem));
    left -= tasks.length;
    return left < 0 ? [] : [tasks];
  });
  return byItem.length < minimumItems ? [] : byItem.flat();
}

function recordOf(
  state: AlignmentState,
  { mode }: AlignConfig,
  { decision, at, models }: Pick<AlignmentRecord, "decision" | "models"> & { readonly at: string },
): AlignmentRecord {
  const { runId, iteration, profile, rejections, usage, iterationStart } = state;
  const before = iterationStart?.usage ?? noUsage;
  const scored = (items: readonly AlignmentItem[]): PairedScore[] =>
    scoresOf(state, items).map(({ item, parent, candidate }) => ({
      episodeId: item,
      parent: mean(parent) ?? 0,
      candidate: mean(candidate),
    }));
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
