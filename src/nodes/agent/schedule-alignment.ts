import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignContext } from "../../config/alignment-settings.js";
import { parseAlignConfig, parseRunConfig, sharedSettings } from "../../config/parse-settings.js";
import { type AlignmentStatus, isDue } from "../../domain/alignment/alignment-status.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import { hasEnoughAnswers } from "../alignment/enough-answers.js";
import { memoryFailure } from "../memory-failure.js";
import type { LearningReads, LearningState } from "./learning-reads.js";
import { createScheduleReflection, type ScheduleReflectionDeps } from "./schedule-reflection.js";

/** Requests an alignment of the user's persona and returns at once. A second request before its end has no effect. */
export type RequestAlignment = (
  userId: string,
  settings: Omit<AlignContext, "userId">,
) => Promise<void>;

export interface ScheduleAlignmentDeps {
  readonly episodes: Pick<Memory["episodes"], "counts" | "list">;
  readonly alignments: Pick<Memory["alignments"], "get">;
  /** Whether the last alignment was interrupted and nobody continues it. */
  readonly isAbandoned: (status: AlignmentStatus) => boolean;
  /** Without it, `due` is only reported. */
  readonly requestAlignment?: RequestAlignment | undefined;
}

/**
 * Counts the true answers that no alignment has seen yet, and requests an alignment when there are enough of them, and
 * of all for it to judge by, or when the last one was interrupted and is to be continued under its own settings. Not
 * while a new persona waits for review, which a new run would drop. Never fails the turn.
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
    read?: LearningState,
  ): Promise<Pick<AgentUpdate, "alignment" | "degraded">> {
    const config = parseRunConfig(runtime);
    const userId = parseUserId(config.userId);
    const failed = { degraded: withDegraded(state.degraded, ["alignment-not-scheduled"]) };
    try {
      const [status, counts] = await Promise.all([
        read?.alignment ?? alignments.get(userId),
        read?.counts ?? episodes.counts(userId),
      ]);
      const newAnswers = counts.answered(status.seenAt);
      const isLeft = isAbandoned(status);
      // Under other settings, the results of the interrupted run would be lost.
      const settings = isLeft ? status.settings : sharedSettings(runtime);
      const due =
        isDue(isLeft ? "cut-off" : status.status, newAnswers, config.alignAfter) &&
        (isLeft ||
          (await hasEnoughAnswers(userId, parseAlignConfig({ context: settings }), episodes)));
      const outcome = { alignment: { newAnswers, due } };
      if (!due || requestAlignment === undefined) return outcome;
      // By the time the run begins, another may have seen these answers.
      const fewest = isLeft ? {} : { minNewAnswers: config.alignAfter };
      // The scheduler itself reports why a request failed.
      return await requestAlignment(userId, { ...settings, ...fewest }).then(
        () => outcome,
        () => ({ ...outcome, ...failed }),
      );
    } catch (error) {
      if (memoryFailure(error) === null) throw error;
      return failed;
    }
  };
}

export type ScheduleLearningDeps = ScheduleAlignmentDeps &
  ScheduleReflectionDeps & { readonly learningReads: Pick<LearningReads, "take"> };

/**
 * The last step of a turn: the alignment and the reflection that are due are requested. One look tells both, which began
 * when the turn was written.
 */
export function createScheduleLearning({ learningReads, ...deps }: ScheduleLearningDeps) {
  const scheduleAlignment = createScheduleAlignment(deps);
  const scheduleReflection = createScheduleReflection(deps);
  return async function scheduleLearning(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    const userId = parseUserId(parseRunConfig(runtime).userId);
    const read = learningReads.take(userId, state.turn?.episodeId);
    const [alignment, reflection] = await Promise.all([
      scheduleAlignment(state, runtime, read),
      scheduleReflection(state, runtime, read),
    ]);
    const failures = [...(alignment.degraded ?? []), ...(reflection.degraded ?? [])];
    return { ...alignment, ...reflection, degraded: withDegraded(state.degraded, failures) };
  };
}
