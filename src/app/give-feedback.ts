import type { VerbOutput } from "../contract/verbs.js";
import { expectKnownNames, type KnownNames } from "../config/known-names.js";
import type { RunContext } from "../config/turn-settings.js";
import { type GivenFeedback, parseFeedback } from "../domain/feedback.js";
import { parseUserId } from "../domain/user-id.js";
import { answerKindOf } from "../domain/scoring/answer-kinds.js";
import type { Memory } from "../memory/memory.js";
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

/** The result of feedback. Plain JSON, the same as every door's. */
export type FeedbackResult = VerbOutput<"feedback">;

const feedbackNames: KnownNames<FeedbackGiven> = {
  episodeId: true,
  kind: true,
  text: true,
  reason: true,
  author: true,
  settings: true,
};

/** Gives feedback through its graph. Errors as `PersonaAgent.feedback`. */
export async function giveFeedback(
  { graph, memory }: { readonly graph: FeedbackGraph; readonly memory: Memory },
  userId: string,
  given: FeedbackGiven,
): Promise<FeedbackResult> {
  expectKnownNames<FeedbackGiven>(given, feedbackNames, "`feedback`");
  const { settings = {}, ...feedback } = given;
  const user = parseUserId(userId);
  // The graph checks it too; a refusal here leaves no failed run in a trace.
  parseFeedback(feedback, user);
  const context = { ...settings, userId: user } satisfies RunContext;
  const result = await graph.invoke(feedback, { context });
  const { outcome, previous, alignment, rollback, degraded } = result;
  if (outcome === null) throw new TypeError("The feedback run ended without an outcome.");
  const episode = await memory.episodes.get(user, feedback.episodeId);
  return {
    episode: feedback.episodeId,
    outcome,
    answer: episode?.groundTruth ?? null,
    answerKind: episode === null ? "unanswered" : answerKindOf(episode),
    previous,
    alignment,
    rollback: rollback && { version: rollback.version, reason: rollback.reason },
    degraded,
  };
}
