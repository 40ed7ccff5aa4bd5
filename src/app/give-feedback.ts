import type { RunContext } from "../config/turn-settings.js";
import type { Episode } from "../domain/episode.js";
import { type GivenFeedback, parseFeedback } from "../domain/feedback.js";
import { parseUserId } from "../domain/user-id.js";
import type { Memory } from "../memory/memory.js";
import type { FeedbackState } from "../state/feedback-state.js";
import type { FeedbackGraph } from "../graph/feedback.js";

/** A user's feedback on one episode. */
export interface FeedbackGiven {
  readonly episodeId: string;
  readonly kind: GivenFeedback["kind"];
  /** The user's real answer (`answer`), or the corrected response (`edit`). Only for these two. */
  readonly text?: string | undefined;
  /** Why the response was wrong, in the user's own words. Only with `edit` and `reject`; optional. */
  readonly reason?: string | undefined;
  /** Who gives the feedback; the user unless given. */
  readonly author?: string | undefined;
  readonly settings?: Omit<RunContext, "userId">;
}

/** The result of feedback. Plain JSON. */
export interface FeedbackResult extends Pick<
  FeedbackState,
  "previous" | "alignment" | "rollback" | "degraded"
> {
  /** As it is now; `null` if it was deleted meanwhile. */
  readonly episode: Episode | null;
  readonly outcome: "recorded" | "replaced" | "unchanged";
}

/** Gives feedback through its graph. Errors as `PersonaAgent.feedback`. */
export async function giveFeedback(
  { graph, memory }: { readonly graph: FeedbackGraph; readonly memory: Memory },
  userId: string,
  { settings = {}, ...feedback }: FeedbackGiven,
): Promise<FeedbackResult> {
  const user = parseUserId(userId);
  // The graph checks it too; a refusal here leaves no failed run in a trace.
  parseFeedback(feedback, user);
  const context = { ...settings, userId: user } satisfies RunContext;
  const result = await graph.invoke(feedback, { context });
  const { outcome, previous, alignment, rollback, degraded } = result;
  if (outcome === null) throw new TypeError("The feedback run ended without an outcome.");
  const episode = await memory.episodes.get(user, feedback.episodeId);
  return { episode, outcome, previous, alignment, rollback, degraded };
}
