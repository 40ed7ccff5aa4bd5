import type { Episode } from "../../domain/episode.js";
import type { EvalCase } from "../eval-case.js";
import type { ArmSettings } from "../method.js";

/** The interactions that a case's memory holds under these settings, oldest first. */
export function caseHistory(
  { history, unrelated = () => [] }: Pick<EvalCase, "history" | "unrelated">,
  { historyLimit = Number.POSITIVE_INFINITY, distance = 0 }: ArmSettings,
): readonly Episode[] {
  return latestOf([...history, ...unrelated(distance)], historyLimit);
}

/** The latest `count` interactions of a history that is oldest first. */
export function latestOf(history: readonly Episode[], count: number): readonly Episode[] {
  return history.slice(Math.max(0, history.length - count));
}
