import { z } from "zod";

/** A process that works on an alignment; on the same machine it can be seen whether it still runs. */
export const runOwnerSchema = z.strictObject({
  host: z.string(),
  pid: z.number().int().positive(),
  /** Tells a process from a later one with its number. */
  startedAt: z.iso.datetime(),
});
export type RunOwner = z.output<typeof runOwnerSchema>;

/** How a user's alignment stands. One record a user; the evidence itself is in the persona log. */
export const alignmentStatusSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /**
   * `review`: it waits for a person. `failed`: `error` says why, and the next call goes on where it stopped. `running`
   * with a worker that is gone, or none: it was cut off, and the next turn or call goes on.
   */
  status: z.enum(["idle", "running", "review", "failed"]),
  /** Since when. */
  at: z.iso.datetime(),
  /** The thread whose checkpoints hold the latest run; `null` before the first. */
  threadId: z.string().nullable(),
  /** As the run was given them; a run goes on only under the same ones. */
  settings: z.record(z.string(), z.unknown()),
  /** Who runs it; `null` while nobody does. */
  runOwner: runOwnerSchema.nullable(),
  /** True answers that came to memory after this time have not been aligned with; `null` for all. */
  seenAt: z.iso.datetime().nullable(),
  /** The code is an error's, `stopped` for a run that somebody stopped, or `unexpected`. */
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type AlignmentStatus = z.output<typeof alignmentStatusSchema>;

/** How an alignment stands for who looks on: `cut-off` where it was begun and nobody goes on with it. */
export type AlignmentRunStatus = AlignmentStatus["status"] | "cut-off";

/**
 * Whether an alignment is to be run without being called for: enough new answers, or a run that was cut off. One that
 * failed is not for that alone, or a model that is away would be asked at every turn. Never while one runs or waits.
 *
 * @param newAnswers - True answers that no alignment has seen, from 0.
 * @param alignAfter - So many are enough, from 1.
 */
export function isDue(
  standing: AlignmentRunStatus,
  newAnswers: number,
  alignAfter: number,
): boolean {
  if (standing === "running" || standing === "review") return false;
  return standing === "cut-off" || newAnswers >= alignAfter;
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
