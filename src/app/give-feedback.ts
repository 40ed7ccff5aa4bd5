import type { RunContext } from "../config/turn-settings.js";
import type { Episode, Feedback } from "../domain/episode.js";
import { parseFeedback } from "../domain/feedback.js";
import { parseUserId } from "../domain/user-id.js";
import type { Memory } from "../memory/memory.js";
import type { FeedbackState } from "../state/feedback-state.js";
import type { FeedbackGraph } from "../graph/feedback.js";

/** What a user says of one episode. */
export interface FeedbackGiven {
  readonly episodeId: string;
  readonly kind: Feedback["kind"];
  /** What the user really answered (`answer`), or the response as it should have been (`edit`). None for the others. */
  readonly text?: string | undefined;
  /** Who says so; the user unless given. */
  readonly author?: string | undefined;
  readonly settings?: Omit<RunContext, "userId">;
}

/** What came of it. Plain JSON. */
export interface FeedbackResult extends Pick<
  FeedbackState,
  "previous" | "alignment" | "rollback" | "degraded"
> {
  /** As it stands now; `null` when it was deleted meanwhile. */
  readonly episode: Episode | null;
  readonly outcome: "recorded" | "replaced" | "unchanged";
}

/** Feedback by way of its graph. Errors as `PersonaAgent.feedback`. */
export function recordFeedback({
  graph,
  episodes,
}: {
  readonly graph: FeedbackGraph;
  readonly episodes: Pick<Memory["episodes"], "get">;
}) {
  return async (
    userId: string,
    { settings = {}, ...given }: FeedbackGiven,
  ): Promise<FeedbackResult> => {
    const user = parseUserId(userId);
    // The graph checks it again; what is refused here leaves no failed run in a trace.
    parseFeedback(given, user);
    const context = { ...settings, userId: user } satisfies RunContext;
    const { outcome, previous, alignment, rollback, degraded } = await graph.invoke(given, {
      context,
    });
    if (outcome === null) throw new TypeError("The feedback run ended without an outcome.");
    const episode = await episodes.get(user, given.episodeId);
    return { episode, outcome, previous, alignment, rollback, degraded };
  };
}
