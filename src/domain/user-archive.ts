import { z } from "zod";
import { alignmentStatusSchema } from "./alignment/alignment-status.js";
import { episodeSchema } from "./episode.js";
import { withdrawalSchema } from "./forgetting/withdrawal.js";
import { userLocaleSchema } from "./locale.js";
import { personaCheckpointSchema } from "./persona/persona-checkpoint.js";
import { profileSchema } from "./profile.js";
import { reflectionStatusSchema } from "./reflection-status.js";

/**
 * Everything that is remembered of one user, as one JSON document. Imported where the user is unknown, it gives the same
 * persona, profile and recall. Threads are not part of it, nor is what can be made again: the index and its outbox.
 */
export const userArchiveSchema = z.strictObject({
  format: z.literal("persona-agent-archive"),
  version: z.literal(1),
  user: z.string(),
  /** When it was made, ISO 8601. */
  exportedAt: z.iso.datetime(),
  locale: userLocaleSchema.omit({ schemaVersion: true }),
  /** Oldest first. */
  episodes: z.array(episodeSchema),
  /** When true answers of recent episodes came to memory: what an alignment has not seen yet is counted by it. */
  answeredAt: z.record(z.string(), z.iso.datetime()),
  /** Episodes that were deleted, and answers that were replaced or removed. */
  withdrawals: z.array(withdrawalSchema),
  /** All versions, oldest first. */
  profiles: z.array(profileSchema),
  /** All checkpoints but version 0, which is the same for everybody. */
  personas: z.array(personaCheckpointSchema),
  /** What alignments have seen; a run that was in progress, or waited for a person, is not taken along. */
  alignment: alignmentStatusSchema.pick({ at: true, seenAt: true }).nullable(),
  reflection: reflectionStatusSchema.nullable(),
});
export type UserArchive = z.output<typeof userArchiveSchema>;
