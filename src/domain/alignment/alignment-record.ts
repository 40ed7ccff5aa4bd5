import { z } from "zod";
import { acceptanceDecisionSchema } from "./acceptance.js";
import { earlierEvidenceSchema } from "./earlier-evidence.js";
import { lineRejectionSchema } from "../persona/line-rejection.js";
import { usageSchema } from "../usage.js";
import { judgedScores, preferredSchema } from "./judgement.js";

const score = z.number().min(0).max(1);

/** How one item was answered under the parent and under the candidate; 1 is right, 0 is wrong. */
export const pairedScoreSchema = z.strictObject({
  episodeId: z.string(),
  /** The mean over repeats, where a model that samples was asked more than once. */
  parent: score,
  /** `null` where no candidate was scored. */
  candidate: score.nullable(),
  /** What the item counts beside the others of its list; 1 where it is missing. */
  weight: z.number().positive().optional(),
  /** Whose reply the judge preferred, which then counts instead of the scores; missing where no judge was asked. */
  preferred: preferredSchema.optional(),
});
export type PairedScore = z.output<typeof pairedScoreSchema>;

export const reviewSchema = z.strictObject({
  decision: z.enum(["approve", "edit", "reject"]),
  /** Who decided, as the caller names them. */
  author: z.string(),
  at: z.iso.datetime(),
  note: z.string().nullable(),
});

/** What a run found of the version that it began with, where that was on trial. */
export const trialRecordSchema = z.strictObject({
  /** The version's checkpoint, and its number. */
  id: z.string(),
  of: z.number().int().positive(),
  outcome: z.enum(["confirmed", "taken-back", "on-trial"]),
  /** Questions of after its acceptance: `parent` is how its parent answered them, `candidate` how it did itself. */
  scores: z.array(pairedScoreSchema).min(1),
  /** Of all that is known of it now, in shares of the score; see `BenefitDecision`. */
  expectedGain: z.number(),
  gainInterval: z.tuple([z.number(), z.number()]),
  harmProbability: z.number(),
});
export type TrialRecord = z.output<typeof trialRecordSchema>;

/** The evidence of one iteration of an alignment, kept with the checkpoint that it ended in. */
export const alignmentRecordSchema = z.strictObject({
  mode: z.enum(["default", "paper"]),
  /** The run it belongs to, and its place in it, from 1. */
  runId: z.string(),
  iteration: z.number().int().positive(),
  /** Which of the iteration's candidates it is of, from 1. */
  candidate: z.number().int().positive().default(1),
  /** The profile that parent and candidate had beside them; `null` for a user without one. */
  profileId: z.string().nullable(),
  /** The batch and the held-out items; empty where nothing was asked. */
  scores: z.strictObject({
    batch: z.array(pairedScoreSchema),
    holdout: z.array(pairedScoreSchema),
  }),
  /** In the batch's order; an item whose critique failed is left out. */
  critiques: z.array(z.strictObject({ episodeId: z.string(), text: z.string() })),
  /** Parts of the update that were rejected before anything was scored. */
  rejections: z.array(lineRejectionSchema),
  /** The result of the acceptance rule; `null` where nothing was judged, as in paper mode. */
  decision: acceptanceDecisionSchema.nullable(),
  review: reviewSchema.nullable(),
  /** Of a candidate that was rejected before and tried again: its evidence of then, which the decision counts too. */
  earlier: earlierEvidenceSchema.optional(),
  /** Missing where the version that the run began with was not on trial, or there was nothing new to try it on. */
  trial: trialRecordSchema.optional(),
  /** How many items the judge compared in both orders, and on how many both agreed; missing where none was asked. */
  judge: z
    .strictObject({
      items: z.number().int().positive(),
      agreed: z.number().int().nonnegative(),
    })
    .optional(),
  /** By role, as `offline` or `openai:<name>`. */
  models: z.strictObject({ agent: z.string(), alignment: z.string() }),
  /** Of this iteration alone, its simulations included. */
  usage: usageSchema,
  seconds: z.number().nonnegative(),
});
export type AlignmentRecord = z.output<typeof alignmentRecordSchema>;

/**
 * Weighted mean of what the items count; `null` where nothing was scored. Where a candidate answered some of the items,
 * only those count, for both. A judged item counts 1 for the preferred side, 0 for the other, and a tie a half for each.
 */
export function meanScores(items: readonly PairedScore[]): {
  readonly parent: number | null;
  readonly candidate: number | null;
  /** How many count. */
  readonly items: number;
} {
  const both = items.filter(({ candidate }) => candidate !== null);
  const counted = (both.length > 0 ? both : items).map(({ preferred, weight = 1, ...scores }) => ({
    weight,
    ...(preferred === undefined ? scores : judgedScores[preferred]),
  }));
  const total = counted.reduce((sum, { weight }) => sum + weight, 0);
  const weighted = (side: "parent" | "candidate") =>
    counted.reduce((sum, { weight, ...scores }) => sum + weight * (scores[side] ?? 0), 0) / total;
  return {
    parent: counted.length === 0 ? null : weighted("parent"),
    candidate: both.length === 0 ? null : weighted("candidate"),
    items: counted.length,
  };
}
