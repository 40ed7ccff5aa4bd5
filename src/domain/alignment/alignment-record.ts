import { z } from "zod";
import { acceptanceDecisionSchema } from "./acceptance.js";
import { mean } from "../scoring/mean.js";
import { lineRejectionSchema } from "../persona/line-rejection.js";
import { usageSchema } from "../usage.js";

const score = z.number().min(0).max(1);

/** How one item was answered under the parent and under the candidate; 1 is right, 0 is wrong. */
export const pairedScoreSchema = z.strictObject({
  episodeId: z.string(),
  /** The mean over repeats, where a model that samples was asked more than once. */
  parent: score,
  /** `null` where no candidate was scored. */
  candidate: score.nullable(),
});
export type PairedScore = z.output<typeof pairedScoreSchema>;

export const reviewSchema = z.strictObject({
  decision: z.enum(["approve", "edit", "reject"]),
  /** Who decided, as the caller names them. */
  author: z.string(),
  at: z.iso.datetime(),
  note: z.string().nullable(),
});

/** The evidence of one iteration of an alignment, kept with the checkpoint that it ended in. */
export const alignmentRecordSchema = z.strictObject({
  mode: z.enum(["default", "paper"]),
  /** The run it belongs to, and its place in it, from 1. */
  runId: z.string(),
  iteration: z.number().int().positive(),
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
  /** By role, as `offline` or `openai:<name>`. */
  models: z.strictObject({ agent: z.string(), alignment: z.string() }),
  /** Of this iteration alone, its simulations included. */
  usage: usageSchema,
  seconds: z.number().nonnegative(),
});
export type AlignmentRecord = z.output<typeof alignmentRecordSchema>;

/** Mean scores of items; `null` where nothing was scored, and for a candidate without a score on every item. */
export function meanScores(items: readonly PairedScore[]): {
  readonly parent: number | null;
  readonly candidate: number | null;
} {
  const candidates = items.flatMap(({ candidate }) => candidate ?? []);
  return {
    parent: mean(items.map(({ parent }) => parent)),
    candidate: candidates.length < items.length ? null : mean(candidates),
  };
}
