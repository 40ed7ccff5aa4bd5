import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { type AppliedFeedback, applyFeedback, parseFeedback } from "../domain/feedback.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import type { Memory } from "../memory/memory.js";
import type { FeedbackState, FeedbackUpdate } from "../state/feedback-state.js";
import { askingUser, checkOwner } from "./agent/admit-turn.js";

export interface RecordFeedbackDeps {
  readonly episodes: Pick<Memory["episodes"], "update">;
  readonly now: () => Date;
}

/**
 * Writes feedback to its episode, and clears what the thread's last run left. The same feedback again writes nothing.
 * Invalid input is rejected before memory is used.
 */
export function createRecordFeedback({ episodes, now }: RecordFeedbackDeps) {
  return async function recordFeedback(
    state: FeedbackState,
    runtime: LangGraphRunnableConfig,
  ): Promise<FeedbackUpdate> {
    const asking = askingUser(state, runtime, runtime.serverInfo !== undefined);
    checkOwner(state, { userId: asking });
    const userId = parseUserId(asking);
    const feedback = parseFeedback(state, userId);
    const id = parseEpisodeId(state.episodeId);
    const at = now().toISOString();
    let applied: AppliedFeedback | undefined;
    const { degraded } = await episodes.update(userId, id, (stored) => {
      const result = applyFeedback(stored, feedback, at);
      applied = result;
      const { outcome, groundTruth, feedback: written } = result;
      return outcome === "unchanged" ? null : { groundTruth, feedback: written };
    });
    const { outcome, previous } = (applied as AppliedFeedback | undefined) ?? {
      outcome: null,
      previous: null,
    };
    return {
      owner: userKey(userId),
      outcome,
      previous: previous && {
        kind: previous.feedback?.kind ?? null,
        at: previous.feedback?.at ?? null,
        answer: previous.groundTruth,
        reason: previous.feedback?.reason ?? null,
      },
      rollback: null,
      alignment: { newAnswers: 0, due: false },
      degraded,
    };
  };
}

function parseEpisodeId(id: unknown): string {
  if (typeof id === "string" && id !== "") return id;
  throw new PersonaAgentError(
    "config-invalid",
    "No episode was named; expected the one that the feedback is for. Send its id as `episodeId`.",
  );
}
