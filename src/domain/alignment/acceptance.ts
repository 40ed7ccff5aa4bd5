import { z } from "zod";
import { type AcceptanceEvidence, checkEvidence, checkRule } from "./check-evidence.js";
import { benefitDecisionSchema } from "./expected-benefit.js";
import { pairedComparisonSchema, compareScores } from "./paired-comparison.js";

/** The evidence that a candidate persona needs to replace its parent. */
export const acceptanceRuleSchema = z.strictObject({
  /** Least number of wins more than losses on held-out items. */
  minNetWins: z.number().int().min(1),
  /** Least number of held-out items for any acceptance. */
  minimumItems: z.number().int().min(1),
  /**
   * Highest one-sided p-value that is accepted; half of it where more than one held-out item in eight got worse. With
   * few changes the margin guards against chance, with many only the p-value does.
   */
  significanceLevel: z.number().gt(0).max(0.5),
});
export type AcceptanceRule = z.output<typeof acceptanceRuleSchema>;

/** Chosen from an operating curve: `docs/decisions/0008-acceptance-rule.md`. */
export const defaultAcceptanceRule: AcceptanceRule = {
  minNetWins: 4,
  minimumItems: 8,
  significanceLevel: 0.1,
};

/** The decision of `acceptance: "strict"`. */
const strictDecisionSchema = z.strictObject({
  accepted: z.boolean(),
  outcome: z.enum(["better", "worse-on-batch", "too-few-items", "below-margin", "within-chance"]),
  /** The outcome in one line, with its numbers. */
  reason: z.string(),
  batch: pairedComparisonSchema,
  holdout: pairedComparisonSchema,
  rule: acceptanceRuleSchema,
  /** The level that the holdout's p-value was compared with: the rule's, or half of it. */
  appliedLevel: z.number(),
});
type StrictDecision = z.output<typeof strictDecisionSchema>;

/** Whether a candidate persona replaces its parent, with every number of the decision, by either rule. */
export const acceptanceDecisionSchema = z.union([strictDecisionSchema, benefitDecisionSchema]);
export type AcceptanceDecision = z.output<typeof acceptanceDecisionSchema>;

/**
 * Decides whether a candidate persona replaces its parent, by the strict rule. Ties keep the parent. A candidate that is worse on its own
 * batch is rejected whatever the holdout says, so a caller may ask the batch first and then save the holdout's calls.
 *
 * @throws {PersonaAgentError} `config-invalid` when the rule or a score is out of range, an item has no score, or an
 *   item is there twice (an item in batch and holdout would judge what was written from it).
 *
 * Source: ours; the paper accepts every update.
 */
export function decideAcceptance(
  evidence: AcceptanceEvidence,
  rule: AcceptanceRule = defaultAcceptanceRule,
): StrictDecision {
  checkRule(acceptanceRuleSchema, rule);
  checkEvidence(evidence);
  const batch = compareScores(evidence.batch);
  const holdout = compareScores(evidence.holdout);
  const { items, wins, losses, pValue } = holdout;
  const appliedLevel = losses * 8 > items ? rule.significanceLevel / 2 : rule.significanceLevel;
  const decide = (outcome: StrictDecision["outcome"], reason: string): StrictDecision => ({
    accepted: outcome === "better",
    outcome,
    reason,
    batch,
    holdout,
    rule: { ...rule },
    appliedLevel,
  });

  const onHoldout = `better on ${wins} and worse on ${losses} of ${items} held-out items`;
  if (batch.losses > 0 && (batch.difference ?? 0) < 0)
    return decide(
      "worse-on-batch",
      `Worse on its own batch: ${shown(batch.candidateMean)}, its parent ${shown(batch.parentMean)}.`,
    );
  if (items < rule.minimumItems)
    return decide(
      "too-few-items",
      `Only ${items} held-out items; at least ${rule.minimumItems} are needed to judge a candidate.`,
    );
  if (wins - losses < rule.minNetWins)
    return decide(
      "below-margin",
      `Not better by enough: ${onHoldout}, and at least ${rule.minNetWins} more must be better than worse.`,
    );
  if (pValue > appliedLevel)
    return decide(
      "within-chance",
      `Could be chance: ${onHoldout}, p ${shown(pValue)}, and at most ${shown(appliedLevel)} is accepted.`,
    );
  return decide("better", `Better: ${onHoldout}, p ${shown(pValue)}.`);
}

function shown(value: number | null): string {
  return value === null ? "unknown" : String(Number(value.toPrecision(2)));
}
