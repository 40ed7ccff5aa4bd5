import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import { mean } from "../../domain/scoring/mean.js";
import { addUsage, noUsage, type Usage } from "../../domain/usage.js";
import type { AlignmentState, PersonaCandidate } from "../../state/alignment-state.js";
import { secondsBetween } from "./alignment-budget.js";
import { inBatchOrder, parentOf, scoredItems, triedAgainBy } from "./state-selectors.js";

/** The evidence of one candidate, as its checkpoint keeps it; of the parent alone where there is none. */
export function recordOf(
  state: AlignmentState,
  { mode }: AlignConfig,
  {
    candidate,
    at,
    ...rest
  }: Pick<AlignmentRecord, "critiques" | "decision" | "models" | "usage"> & {
    readonly candidate: PersonaCandidate | null;
    readonly at: string;
  },
): AlignmentRecord {
  const { runId, iteration, profile, rejections, iterationStart, candidates } = state;
  const scored = (items: readonly AlignmentItem[]): PairedScore[] =>
    scoredItems(state, items, candidate).map(
      ({ item, weight, parent, candidate: own, preferred }) => ({
        episodeId: item,
        parent: mean(parent) ?? 0,
        candidate: mean(own),
        ...(weight !== 1 && { weight }),
        ...(preferred && { preferred }),
      }),
    );
  const earlier = candidate === null ? undefined : triedAgainBy(candidate, state)?.earlier;
  const compared = state.judgements.filter(
    (each) => each.candidate === candidate?.key && each.ordersAgree !== null,
  );
  const agreed = compared.filter(({ ordersAgree }) => ordersAgree === true).length;
  return {
    mode,
    runId,
    iteration,
    candidate: candidate === null ? 1 : candidates.indexOf(candidate) + 1,
    profileId: profile?.id ?? null,
    scores: { batch: scored(state.batch), holdout: scored(state.holdout) },
    rejections,
    review: null,
    ...(earlier && { earlier }),
    ...(state.trial && { trial: state.trial }),
    ...(compared.length > 0 && { judge: { items: compared.length, agreed } }),
    seconds: secondsBetween(iterationStart?.at ?? at, at),
    ...rest,
  };
}

/** The critiques of the parent's answers to the batch. */
export function criticised(state: AlignmentState): AlignmentRecord["critiques"] {
  return inBatchOrder(state, parentOf(state).key).flatMap(({ episodeId, text }) =>
    text === null ? [] : [{ episodeId, text }],
  );
}

/** What a candidate's simulations have cost. */
export function usageUnder(key: string, { answers }: AlignmentState): Usage {
  return answers
    .filter(({ persona }) => persona === key)
    .map(({ usage }) => usage)
    .reduce(addUsage, noUsage);
}
