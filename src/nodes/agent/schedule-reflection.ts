import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig, turnSettings } from "../../config/parse-settings.js";
import type { RunContext } from "../../config/turn-settings.js";
import { reflectionCallsOn } from "../../domain/reflection-status.js";
import { isIncomplete } from "../../domain/profile.js";
import { parseUserId } from "../../domain/user-id.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import { memoryFailure } from "../memory-failure.js";
import type { LearningState } from "./learning-reads.js";

/** Requests a reflection on the user's latest turns and returns at once. A second request while one waits replaces it. */
export type RequestReflection = (
  userId: string,
  settings: Omit<RunContext, "userId">,
) => Promise<void>;

export interface ScheduleReflectionDeps {
  readonly now: () => Date;
  /** Without it, `due` is only reported. */
  readonly requestReflection?: RequestReflection | undefined;
}

/**
 * Counts the turns since a reflection last began, and requests one when there are enough, or a deletion took statements
 * of the profile that rest on others too, and the day's budget allows it. Before the first reflection, turns that the
 * profile was drawn from do not count. Never fails the turn.
 */
export function createScheduleReflection({ now, requestReflection }: ScheduleReflectionDeps) {
  return async function scheduleReflection(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
    read: LearningState,
  ): Promise<Pick<AgentUpdate, "reflection" | "degraded">> {
    const config = parseRunConfig(runtime);
    if (!config.reflection || config.mode === "paper") return {};
    const userId = parseUserId(config.userId);
    const failed = { degraded: withDegraded(state.degraded, ["reflection-not-scheduled"]) };
    try {
      const [status, profile, counts] = await Promise.all([
        read.reflection,
        read.profile,
        read.counts,
      ]);
      const since = status.lastTriedId ?? profile?.lastEpisodeId ?? null;
      const newTurns = counts.after(since, state.episodeId);
      const isAffordable =
        reflectionCallsOn(now().toISOString(), status) < config.reflectionsPerDay;
      // A model that is away would otherwise be asked at every turn.
      const isUrgent = isIncomplete(profile) && status.error === null;
      const isEnough = newTurns >= config.reflectAfter || isUrgent;
      const due = isEnough && isAffordable;
      const outcome = { reflection: { newTurns, due } };
      if (!due || requestReflection === undefined) return outcome;
      // The scheduler itself reports why a request failed.
      return await requestReflection(userId, turnSettings(runtime)).then(
        () => outcome,
        () => ({ ...outcome, ...failed }),
      );
    } catch (error) {
      if (memoryFailure(error) === null) throw error;
      return failed;
    }
  };
}
