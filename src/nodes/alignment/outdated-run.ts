import type { Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { AlignmentState } from "../../state/alignment-state.js";

type Proposal = NonNullable<AlignmentState["proposal"]>;

/**
 * Whether an episode was deleted since the run began, which anything that it wrote may repeat, or the true answer of one
 * of its items was replaced or removed, so that it was judged by a wrong one.
 */
export function isOutdated(
  { startedAt, batch, holdout }: Pick<AlignmentState, "startedAt" | "batch" | "holdout">,
  withdrawals: readonly Withdrawal[],
): boolean {
  if (startedAt === undefined) return false;
  const items = new Set([...batch, ...holdout].map(({ episodeId }) => episodeId));
  return withdrawals.some(
    ({ what, episodeId, at }) =>
      Date.parse(at) > Date.parse(startedAt) && (what === "deleted" || items.has(episodeId)),
  );
}

/** The checkpoint of an outdated run: the persona that it began with, and none of its words. Scores and cost stay. */
export function withoutWords(
  { alignment, ...proposal }: Proposal,
  { lines, paperSystemPrompt }: Pick<PersonaCheckpoint, "lines" | "paperSystemPrompt">,
): Proposal {
  return {
    ...proposal,
    author: "alignment",
    status: "rejected",
    lines,
    paperSystemPrompt,
    reason: "Not taken: an interaction was deleted or corrected while the run was in progress.",
    alignment: alignment && {
      ...alignment,
      critiques: [],
      rejections: [],
      review: alignment.review && { ...alignment.review, note: null },
    },
  };
}
