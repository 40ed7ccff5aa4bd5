import type { AlignmentRecord } from "./alignment-record.js";

/**
 * Why an iteration left the persona as it was:
 * - `not started`: nothing was asked, because answers or budget were too few. Its calls are the profile's.
 * - `refused`: no part of the proposed update passed the checks.
 * - `kept`: the model had nothing to change.
 * - `no update`: none was proposed, for another reason: the budget, or an answer that could not be read.
 */
export type UnchangedOutcome = "not started" | "refused" | "kept" | "no update";

/** @param reason - Of the checkpoint. A model's own reason to keep the lines follows on `Kept:`. */
export function unchangedOutcome(
  { scores, rejections }: Pick<AlignmentRecord, "scores" | "rejections">,
  reason: string,
): UnchangedOutcome {
  if (scores.batch.length === 0) return "not started";
  if (reason.startsWith("Kept:") || rejections.some(({ kind }) => kind === "unchanged"))
    return "kept";
  return rejections.length > 0 || reason.startsWith("Nothing of the update")
    ? "refused"
    : "no update";
}
