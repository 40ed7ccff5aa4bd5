import type { AlignConfig } from "../../config/alignment-settings.js";
import { decideAcceptance } from "../../domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { benefitRuleAfter, decideByBenefit } from "../../domain/alignment/expected-benefit.js";
import { tooFewItems } from "../../domain/alignment/failed-item.js";
import { newTo } from "../../domain/alignment/promising.js";
import type { Contender } from "../../domain/alignment/race.js";
import type { AlignmentState, PersonaCandidate } from "../../state/alignment-state.js";
import { failuresOf, shortage } from "./failed-items.js";
import { answeredItems, comparedItems, triedAgainBy } from "./state-selectors.js";

/** A candidate with what the rule says of its answers so far. */
export interface Judged extends Contender {
  readonly candidate: PersonaCandidate;
}

/**
 * Applies the rule of acceptance to a candidate's answers so far; of one that is tried again, with its earlier evidence.
 *
 * @param left - Held-out items that can still be asked.
 */
export function judgedOn(
  candidate: PersonaCandidate,
  left: readonly AlignmentItem[],
  state: AlignmentState,
  config: AlignConfig,
): Judged {
  const evidence = {
    batch: comparedItems(state, state.batch, candidate),
    holdout: comparedItems(state, state.holdout, candidate),
  };
  const { minimumItems, changePrice } = config;
  const { key } = candidate;
  const promising = triedAgainBy(candidate, state);
  const remaining = newTo(promising, left).length;
  const doubt = doubtOf(state.holdout);
  if (config.acceptance === "strict") {
    const { minNetWins } = config;
    const significanceLevel = config.significanceLevel * doubt;
    const decision = decideAcceptance(evidence, { minimumItems, minNetWins, significanceLevel });
    // All held-out items are one group.
    const isOpen = decision.outcome === "too-few-items" && remaining > 0;
    return { key, candidate, decision, isOpen };
  }
  const rule = benefitRuleAfter(state.judgedBefore);
  const decision = decideByBenefit(
    {
      ...evidence,
      remaining,
      callsPerItem: isKnownNext(state) ? 1 : 2,
      earlier: promising?.earlier,
    },
    {
      rule: {
        ...rule,
        minimumItems,
        changePrice: changePrice / 100,
        harmLimit: rule.harmLimit * doubt,
        earlyHarmLimit: rule.earlyHarmLimit * doubt,
      },
      ...(state.prior && { prior: state.prior }),
    },
  );
  return { key, candidate, decision, isOpen: decision.outcome === "undecided" };
}

/** Whether the parent has answered the held-out item that is asked next. */
function isKnownNext({ holdout, asked, ...state }: AlignmentState): boolean {
  const next = holdout.slice(asked, asked + 1);
  return answeredItems({ holdout, asked, ...state }, next).length > 0;
}

/**
 * The part of the allowed risk that applies: a quarter where most held-out answers are inferred. Nobody has looked
 * at those, and they come with every conversation, so that a persona is put to the test again and again.
 */
function doubtOf(holdout: readonly AlignmentItem[]): number {
  return holdout.filter(({ isInferred }) => isInferred).length * 2 > holdout.length ? 0.25 : 1;
}

/** The error where failures leave fewer than half of the batch to compare. */
export function tooLittleOfBatch({ decision }: Judged, state: AlignmentState) {
  const answered = answeredItems(state, state.batch).length;
  const compared = decision?.batch.items ?? answered;
  return shortage([compared, answered], "items were compared", failuresOf(state.batch, state));
}

/** The error where no candidate has enough held-out items, and there would be enough if none had failed. */
export function tooLittleOfHoldout(
  judged: readonly Judged[],
  state: AlignmentState,
  { minimumItems }: AlignConfig,
) {
  const failed = failuresOf(state.holdout, state);
  const items = Math.max(0, ...judged.map(({ decision }) => decision?.holdout.items ?? 0));
  const wanted = items + new Set(failed.map(({ episodeId }) => episodeId)).size;
  const isWanted = judged.some(({ decision }) => decision?.outcome === "too-few-items");
  const isLacking = isWanted && items < minimumItems && wanted >= minimumItems;
  return isLacking ? tooFewItems([items, wanted], "held-out items were compared", failed) : null;
}
