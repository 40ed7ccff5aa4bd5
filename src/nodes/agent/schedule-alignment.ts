import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignContext } from "../../config/alignment-settings.js";
import { parseRunConfig, sharedSettings } from "../../config/parse-settings.js";
import { type AlignmentStatus, isDue } from "../../domain/alignment/alignment-status.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import { memoryFailure } from "../memory-failure.js";

/** Asks for an alignment of the user's persona and returns at once. To ask again before it is over costs nothing. */
export type RequestAlignment = (
  userId: string,
  settings: Omit<AlignContext, "userId">,
) => Promise<void>;

export interface ScheduleAlignmentDeps {
  readonly episodes: Pick<Memory["episodes"], "countAnswered">;
  readonly alignments: Pick<Memory["alignments"], "get">;
  /** Whether the last alignment was begun and nobody goes on with it. */
  readonly isAbandoned: (status: AlignmentStatus) => boolean;
  /** Without it, `due` is reported and nothing else. */
  readonly requestAlignment?: RequestAlignment | undefined;
}

/**
 * Counts the true answers that no alignment has seen yet, and asks for an alignment when there are enough, or when
 * the last one was cut off, which goes on under its own settings. Not while a new persona waits for review: a new run
 * would drop it. Never fails the turn.
 */
export function createScheduleAlignment({
  episodes,
  alignments,
  isAbandoned,
  requestAlignment,
}: ScheduleAlignmentDeps) {
  return async function scheduleAlignment(
    state: Pick<AgentState, "degraded">,
    runtime: LangGraphRunnableConfig,
  ): Promise<Pick<AgentUpdate, "alignment" | "degraded">> {
    const { userId: given, alignAfter } = parseRunConfig(runtime);
    const userId = parseUserId(given);
    const failed = { degraded: withDegraded(state.degraded, ["alignment-not-scheduled"]) };
    try {
      const status = await alignments.get(userId);
      const newAnswers = await episodes.countAnswered(userId, status.seenAt);
      const isLeft = isAbandoned(status);
      const due = isDue(isLeft ? "cut-off" : status.status, newAnswers, alignAfter);
      // Under others than its own, what a run did before it was cut off would be thrown away.
      const settings = isLeft ? status.settings : sharedSettings(runtime);
      const isAsked =
        due && requestAlignment ? await succeeds(requestAlignment(userId, settings)) : true;
      return { alignment: { newAnswers, due }, ...(!isAsked && failed) };
    } catch (error) {
      if (memoryFailure(error) === null) throw error;
      return failed;
    }
  };
}

/** Whoever asks says himself why it failed. */
async function succeeds(asking: Promise<void>): Promise<boolean> {
  return asking.then(
    () => true,
    () => false,
  );
}
