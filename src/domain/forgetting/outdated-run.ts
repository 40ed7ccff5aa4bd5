import type { PersonaCheckpoint } from "../persona/persona-checkpoint.js";
import type { Withdrawal } from "./withdrawal.js";

/** An alignment, as far as it is known what it has read. */
interface ReadingRun {
  /** `undefined` for one that has not begun. */
  readonly startedAt?: string | undefined;
  readonly batch?: readonly { readonly episodeId: string }[];
  readonly holdout?: readonly { readonly episodeId: string }[];
}

/**
 * Whether an episode was deleted since the run began, which anything that it wrote may repeat, or the true answer of one
 * of its items was replaced or removed, so that it was judged by a wrong one.
 */
export function isOutdated(
  { startedAt, batch = [], holdout = [] }: ReadingRun,
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
export function withoutWords<Proposal extends Pick<PersonaCheckpoint, "alignment">>(
  proposal: Proposal,
  { lines, paperSystemPrompt }: Pick<PersonaCheckpoint, "lines" | "paperSystemPrompt">,
) {
  const { alignment } = proposal;
  return {
    ...proposal,
    author: "alignment" as const,
    status: "rejected" as const,
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
