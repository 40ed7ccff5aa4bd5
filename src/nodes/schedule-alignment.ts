import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../config.js";
import { parseUserId } from "../domain/user-id.js";
import type { Memory } from "../memory/memory.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../state/agent.js";
import { memoryFailure } from "./memory-failure.js";

export interface ScheduleAlignmentDeps {
  readonly episodes: Pick<Memory["episodes"], "countAnswered">;
  readonly personas: Pick<Memory["personas"], "head">;
  /** Asks for an alignment of the user's persona and returns at once. Without it, `due` is reported and nothing else. */
  readonly requestAlignment?: ((userId: string) => Promise<void>) | undefined;
}

/**
 * Counts the true answers that came since the persona last changed, and asks for an alignment when there are
 * enough. Never fails the turn.
 */
export function createScheduleAlignment({
  episodes,
  personas,
  requestAlignment,
}: ScheduleAlignmentDeps) {
  return async function scheduleAlignment(
    state: Pick<AgentState, "degraded">,
    runtime: LangGraphRunnableConfig,
  ): Promise<Pick<AgentUpdate, "alignment" | "degraded">> {
    const { userId: given, alignAfter } = parseRunConfig(runtime);
    const userId = parseUserId(given);
    try {
      const head = await personas.head(userId);
      const since = head.version === 0 ? null : head.at;
      const newAnswers = await episodes.countAnswered(userId, since);
      const due = newAnswers >= alignAfter;
      if (due) await requestAlignment?.(userId);
      return { alignment: { newAnswers, due } };
    } catch (error) {
      if (memoryFailure(error) === null) throw error;
      return { degraded: withDegraded(state.degraded, ["alignment-not-scheduled"]) };
    }
  };
}
