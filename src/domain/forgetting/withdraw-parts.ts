import { repeats } from "./repeated-words.js";
import type { Withdrawal } from "./withdrawal.js";

interface Part {
  readonly text: string;
  readonly evidence: readonly string[];
}

/** Which parts of a record of one time, ISO 8601, are withdrawn. */
export interface WithdrawnAt {
  /** A statement or line: one that cites a deleted episode, repeats it, or rests on corrected answers alone. */
  part(part: Part): boolean;
  /** A text without evidence: one that repeats a deleted episode. */
  text(text: string): boolean;
  /** Whether an episode was deleted. */
  episode(id: string): boolean;
  /** Whether a part cites an episode whose true answer was removed since. */
  isUnsettled(part: Part): boolean;
}

/** A part that rests on others as well may still say what was deleted, so it goes too; it can be learned again. */
export function withdrawnAt(at: string, withdrawals: readonly Withdrawal[]): WithdrawnAt {
  const deleted = new Set(
    withdrawals.flatMap(({ what, episodeId }) => (what === "deleted" ? [episodeId] : [])),
  );
  const corrected = new Map(
    withdrawals.flatMap((each) =>
      each.what !== "deleted" && Date.parse(each.at) > Date.parse(at)
        ? [[each.episodeId, each.what] as const]
        : [],
    ),
  );
  const text = (words: string) =>
    withdrawals.some(({ unfinished }) => unfinished !== null && repeats(words, at, unfinished));
  return {
    text,
    part: (part) =>
      part.evidence.some((id) => deleted.has(id)) ||
      part.evidence.every((id) => corrected.has(id)) ||
      text(part.text),
    episode: (id) => deleted.has(id),
    isUnsettled: ({ evidence }) => evidence.some((id) => corrected.get(id) === "answer-removed"),
  };
}
