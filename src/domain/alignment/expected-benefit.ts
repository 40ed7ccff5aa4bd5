import { pointsOf } from "../scoring/points-of.js";
import { z } from "zod";
import { mean } from "../scoring/mean.js";
import {
  type AcceptanceEvidence,
  checkEvidence,
  checkRule,
  invalidEvidence,
} from "./check-evidence.js";
import type { EarlierEvidence } from "./earlier-evidence.js";
import {
  type CandidateCounts,
  candidateCountsSchema,
  effectNodes,
  type EffectPrior,
  posteriorOf,
  startingPrior,
  summariseEffects,
} from "./effect-prior.js";
import { compareScores, type PairedScores, pairedComparisonSchema } from "./paired-comparison.js";

/** What a candidate must promise. Shares of the score are 0 to 1: 0.005 is half a point. */
export const benefitRuleSchema = z.strictObject({
  /** Least number of held-out items for any acceptance. */
  minimumItems: z.number().int().min(1),
  /** The expected gain must be above this: any change has its price. */
  changePrice: z.number().min(0).max(1),
  /** Highest probability of real harm, once all items are asked; `benefitRuleAfter` says what a deployment allows. */
  harmLimit: z.number().min(0).max(1),
  /** The same while items are left, where an early yes spares calls but is one of several looks. */
  earlyHarmLimit: z.number().min(0).max(1),
});
export type BenefitRule = z.output<typeof benefitRuleSchema>;

/** While nothing was judged. Chosen from an operating curve: `docs/decisions/0023-expected-benefit.md`. */
export const defaultBenefitRule: BenefitRule = {
  minimumItems: 8,
  changePrice: 0.005,
  harmLimit: 0.07,
  earlyHarmLimit: 0.04,
};

/** The highest probability of real harm where the prior is the deployment's own, and how many judged candidates make it so. */
const [learnedHarmLimit, learnedAfter] = [0.095, 30];

/**
 * The rule of a deployment that has judged so many candidates. What is thought of harm rests on a guess at first, on what
 * candidates here did later: so the limit on it rises with the first 30, from 7 to 9.5 %.
 */
export function benefitRuleAfter(judged: number): BenefitRule {
  const { harmLimit } = defaultBenefitRule;
  const learned = Math.min(1, judged / learnedAfter);
  return {
    ...defaultBenefitRule,
    harmLimit: harmLimit + (learnedHarmLimit - harmLimit) * learned,
  };
}

/**
 * The expected gain above which the next group of items is asked, in prices of change, by the calls that an item costs:
 * the candidate's alone, or its parent's too, which only a candidate is worth that is already a good one.
 */
const askedAbove = { 1: -1, 2: 2.1 } as const;

const outcomeSchema = z.enum([
  /** Taken. */
  "better",
  /** Ask the next group of items. */
  "undecided",
  /** It is not worth its price, or so far from it that no more calls are spent. */
  "no-benefit",
  /** Worth its price on average, but too likely to do harm. */
  "harm-possible",
  "worse-on-batch",
  "too-few-items",
]);

/** Whether a candidate replaces its parent by what it is expected to be worth, with every number of the decision. */
export const benefitDecisionSchema = z.strictObject({
  accepted: z.boolean(),
  outcome: outcomeSchema,
  /** The outcome in one line, with its numbers. */
  reason: z.string(),
  batch: pairedComparisonSchema,
  /** Of the held-out items asked so far, each counting once; without those of an earlier run. */
  holdout: pairedComparisonSchema,
  rule: benefitRuleSchema,
  /**
   * The held-out items as the decision counted them: weighted, and graded scores as equivalent right or wrong ones; with
   * those of an earlier run, where the candidate is tried again.
   */
  counts: candidateCountsSchema,
  /** Mean of the posterior, in shares of the score. */
  expectedGain: z.number(),
  /** From the 5 % to the 95 % quantile of the posterior. */
  gainInterval: z.tuple([z.number(), z.number()]),
  /** The probability that it takes more than 2 points of the score. */
  harmProbability: z.number(),
});
export type BenefitDecision = z.output<typeof benefitDecisionSchema>;

/** Scores of a held-out item, and how many items of the user's it stands for: 1 unless given, mean about 1. */
export interface WeightedScores extends PairedScores {
  readonly weight?: number;
}

export interface BenefitEvidence extends AcceptanceEvidence {
  /** The held-out items asked so far, in the order in which they were asked. */
  readonly holdout: readonly WeightedScores[];
  /** Held-out items that can still be asked; 0 makes the decision final. */
  readonly remaining: number;
  /** Model calls that each of the next items costs: 1 where the parent's answer is known. */
  readonly callsPerItem?: 1 | 2;
  /** What it was judged by before, on other items, where it is tried again. */
  readonly earlier?: Pick<EarlierEvidence, "items" | "counts"> | undefined;
}

/**
 * Decides whether a candidate persona replaces its parent, by its expected benefit; call it after each group of
 * held-out items. `undecided` asks for the next group, everything else is final. Without items left it never is
 * `undecided`. As in the strict rule, a candidate that is worse on its own batch is rejected whatever the holdout says.
 *
 * Stopping when the posterior is clear needs no correction for the number of looks or of candidates, as far as the prior
 * is right (the likelihood principle; Berger and Wolpert 1988); the early limit on harm is for where it is not.
 *
 * @param prior - What candidates of this deployment are usually worth: `learnPrior` of its judged ones.
 * @throws {PersonaAgentError} `config-invalid` when the rule, a score, a weight or a number is out of range, an item
 *   has no score, or an item is there twice.
 *
 * Source: ours; the paper accepts every update.
 */
export function decideByBenefit(
  evidence: BenefitEvidence,
  {
    prior = startingPrior,
    rule = defaultBenefitRule,
  }: { readonly prior?: EffectPrior; readonly rule?: BenefitRule } = {},
): BenefitDecision {
  check(evidence, prior, rule);
  const batch = compareScores(evidence.batch);
  const holdout = compareScores(evidence.holdout);
  const { remaining, callsPerItem = 1, earlier } = evidence;
  const counts = pooledCounts(countsOf(evidence.holdout), earlier?.counts);
  const asked = holdout.items + (earlier?.items ?? 0);
  const { expectedGain, gainInterval, harmProbability } = summariseEffects(
    posteriorOf(counts, prior),
  );
  const decide = (outcome: BenefitDecision["outcome"], reason: string): BenefitDecision => ({
    accepted: outcome === "better",
    outcome,
    reason,
    batch,
    holdout,
    rule: { ...rule },
    counts,
    expectedGain,
    gainInterval,
    harmProbability,
  });

  if (batch.losses > 0 && (batch.difference ?? 0) < 0) {
    const [before, after] = [batch.parentMean, batch.candidateMean].map((value) =>
      shown(value ?? 0),
    );
    return decide("worse-on-batch", `Worse on its own batch: ${after}, its parent ${before}.`);
  }
  if (asked + remaining < rule.minimumItems)
    return decide(
      "too-few-items",
      `Only ${asked + remaining} held-out items; at least ${rule.minimumItems} are needed to judge a candidate.`,
    );
  const [low, high] = gainInterval;
  const expected = `expected gain ${pointsOf(expectedGain)} points (90 % between ${pointsOf(low)} and ${pointsOf(high)}), chance of real harm ${percent(harmProbability)}, on ${asked} held-out items${earlier === undefined ? "" : `, ${earlier.items} of them in an earlier run`}`;
  const isWorthIt = expectedGain > rule.changePrice;
  const isLast = remaining === 0;
  if (asked < rule.minimumItems) return decide("undecided", `Not clear yet: ${expected}.`);
  if (isWorthIt && harmProbability <= (isLast ? rule.harmLimit : rule.earlyHarmLimit))
    return decide("better", `Better: ${expected}.`);
  if (isLast && isWorthIt)
    return decide(
      "harm-possible",
      `Could do harm: ${expected}, and at most ${percent(rule.harmLimit)} is accepted.`,
    );
  if (isLast || expectedGain <= askedAbove[callsPerItem] * rule.changePrice)
    return decide(
      "no-benefit",
      `Not worth a change, whose price is ${shown(rule.changePrice * 100)} points: ${expected}.`,
    );
  return decide("undecided", `Not clear yet: ${expected}.`);
}

/** The counts of both; quasi-likelihoods of different items multiply, so their counts add up. */
export function pooledCounts(
  { gained, lost, items }: CandidateCounts,
  earlier: CandidateCounts = { gained: 0, lost: 0, items: 0 },
): CandidateCounts {
  return {
    gained: gained + earlier.gained,
    lost: lost + earlier.lost,
    items: items + earlier.items,
  };
}

/** Where most of the score differs by less than a tenth, one item still counts as no more than ten. */
const leastDispersion = 0.1;

/**
 * The held-out items as counts of gained, lost and all items, of which a difference of 1 is one. Smaller differences on
 * more items say more than their sum does, so all three are divided by the dispersion, the mean square of the differences
 * over their mean size (quasi-likelihood; Wedderburn 1974, doi:10.1093/biomet/61.3.439): 1 for right or wrong.
 */
export function countsOf(holdout: readonly WeightedScores[]): CandidateCounts {
  let [gained, lost, items, squares] = [0, 0, 0, 0];
  for (const { parent, candidate, weight = 1 } of holdout) {
    const difference = weight * ((mean(candidate) ?? 0) - (mean(parent) ?? 0));
    gained += Math.max(difference, 0);
    lost += Math.max(-difference, 0);
    squares += difference ** 2;
    items += weight;
  }
  const changed = gained + lost;
  const dispersion = changed === 0 ? 1 : Math.max(leastDispersion, squares / changed);
  return { gained: gained / dispersion, lost: lost / dispersion, items: items / dispersion };
}

function check(evidence: BenefitEvidence, prior: EffectPrior, rule: BenefitRule) {
  checkRule(benefitRuleSchema, rule);
  checkEvidence(evidence);
  for (const { item, weight = 1 } of evidence.holdout)
    if (!(weight > 0 && weight < Infinity))
      throw invalidEvidence(
        `The item ${item} has the weight ${weight}; expected a number above 0. Correct it or leave it out.`,
      );
  if (!Number.isInteger(evidence.remaining) || evidence.remaining < 0)
    throw invalidEvidence(
      `${evidence.remaining} items remain; expected a whole number from 0. Count the held-out items that can still be asked.`,
    );
  if (prior.length !== effectNodes.length)
    throw invalidEvidence(
      `The prior has ${prior.length} weights; expected ${effectNodes.length}, one a node. Make it with learnPrior.`,
    );
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(2)));
}
