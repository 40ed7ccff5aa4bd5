import { z } from "zod";
import { candidateCountsSchema } from "./effect-prior.js";

/** What a candidate that is tried again was judged by before. */
export const earlierEvidenceSchema = z.strictObject({
  /** The checkpoint that it was rejected with. */
  id: z.string(),
  /** How many held-out items it had answered, in all earlier tries. */
  items: z.number().int().positive(),
  /** The same items as that decision counted them. */
  counts: candidateCountsSchema,
});
export type EarlierEvidence = z.output<typeof earlierEvidenceSchema>;
