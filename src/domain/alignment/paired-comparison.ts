import { z } from "zod";
import { mean } from "../scoring/mean.js";
import { signFlipPValue, toUnits } from "../scoring/sign-flip-p-value.js";

/** Scores of one item under both personas. */
export interface PairedScores {
  /** The item's id; each item is there once. */
  readonly item: string;
  /** One score per repeat, each 0 to 1, higher is better; at least one. The lists may differ in length. */
  readonly parent: readonly number[];
  readonly candidate: readonly number[];
}

/** The scores of parent and candidate on the same items. Means are `null` without items. */
export const pairedComparisonSchema = z.strictObject({
  items: z.number().int().nonnegative(),
  /** 0 to 1, higher is better. */
  parentMean: z.number().nullable(),
  candidateMean: z.number().nullable(),
  /** Mean of candidate - parent over the items, -1 to 1. */
  difference: z.number().nullable(),
  /** Items the candidate answered better than, as well as, and worse than its parent. */
  wins: z.number().int().nonnegative(),
  ties: z.number().int().nonnegative(),
  losses: z.number().int().nonnegative(),
  /** One-sided sign-flip mid-p: the probability that chance alone favours the candidate this much. 0.5 for ties only. */
  pValue: z.number().min(0).max(1),
});
export type PairedComparison = z.output<typeof pairedComparisonSchema>;

/** @param pairs - Any order; several scores of an item are averaged before anything else. */
export function compareScores(pairs: readonly PairedScores[]): PairedComparison {
  const parents = pairs.map(({ parent }) => mean(parent) ?? 0);
  const candidates = pairs.map(({ candidate }) => mean(candidate) ?? 0);
  const units = candidates.map((score, place) => toUnits(score - (parents[place] ?? 0)));
  const wins = units.filter((value) => value > 0).length;
  const losses = units.filter((value) => value < 0).length;
  const parentMean = mean(parents);
  const candidateMean = mean(candidates);
  return {
    items: pairs.length,
    parentMean,
    candidateMean,
    difference: candidateMean === null || parentMean === null ? null : candidateMean - parentMean,
    wins,
    ties: pairs.length - wins - losses,
    losses,
    pValue: signFlipPValue(units),
  };
}
