import { z } from "zod";

/** A process that runs an alignment. On the same machine one can check whether it still runs. */
export const runOwnerSchema = z.strictObject({
  host: z.string(),
  pid: z.number().int().positive(),
  /** Tells a process from a later one with its number. */
  startedAt: z.iso.datetime(),
});
export type RunOwner = z.output<typeof runOwnerSchema>;

/** The status of a user's alignment. One record a user; the evidence itself is in the persona log. */
export const alignmentStatusSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /**
   * `review`: it waits for a person. `failed`: `error` says why, and the next call resumes it. `running` with an owner
   * that is gone, or none: it was interrupted, and the next turn or call resumes it.
   */
  status: z.enum(["idle", "running", "review", "failed"]),
  /** Since when. */
  at: z.iso.datetime(),
  /** The thread whose checkpoints hold the latest run; `null` before the first. */
  threadId: z.string().nullable(),
  /** As the run got them; a run is resumed only under the same ones. */
  settings: z.record(z.string(), z.unknown()),
  /** Who runs it; `null` while nobody does. */
  runOwner: runOwnerSchema.nullable(),
  /** True answers that came to memory after this time have not been aligned with; `null` for all. */
  seenAt: z.iso.datetime().nullable(),
  /** The code is an error's, `stopped` for a run that somebody stopped, or `unexpected`. */
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type AlignmentStatus = z.output<typeof alignmentStatusSchema>;

/** The status that callers see: `cut-off` for a run that was interrupted. */
export type AlignmentRunStatus = AlignmentStatus["status"] | "cut-off";

/**
 * Whether an alignment is to start by itself: after enough new answers, or to resume an interrupted run. Never while one
 * runs or waits. A failed run alone is no reason, or a model that is away would be asked at every turn.
 *
 * @param newAnswers - True answers that no alignment has seen, from 0.
 * @param alignAfter - How many are enough, from 1.
 */
export function isDue(status: AlignmentRunStatus, newAnswers: number, alignAfter: number): boolean {
  if (status === "running" || status === "review") return false;
  return status === "cut-off" || newAnswers >= alignAfter;
}

/** The status of a user whom nobody has aligned yet. */
export const neverAligned: AlignmentStatus = {
  schemaVersion: 2,
  status: "idle",
  at: "1970-01-01T00:00:00.000Z",
  threadId: null,
  settings: {},
  runOwner: null,
  seenAt: null,
  error: null,
};
