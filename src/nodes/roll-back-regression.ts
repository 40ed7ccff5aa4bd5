import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../config/parse-settings.js";
import { parseUserId } from "../domain/user-id.js";
import {
  isWatched,
  detectRegression,
  type HeadComparison,
} from "../domain/alignment/detect-regression.js";
import { personaHead } from "../domain/persona/persona-checkpoint.js";
import type { Memory } from "../memory/memory.js";
import { withDegraded } from "../state/agent-state.js";
import type { FeedbackState, FeedbackUpdate } from "../state/feedback-state.js";
import { memoryFailure } from "./memory-failure.js";

/** As many as memory keeps in order. */
const watchedEpisodes = 256;

export interface RollBackRegressionDeps {
  readonly episodes: Pick<Memory["episodes"], "latest">;
  readonly personas: Pick<Memory["personas"], "history" | "append">;
}

/**
 * Rolls the persona log's head back when it does worse than its parent: a checkpoint with the parent's lines becomes
 * the head. The same evidence gives the same checkpoint, so that parallel or repeated runs write one. Never fails the
 * feedback.
 */
export function createRollBackRegression({ episodes, personas }: RollBackRegressionDeps) {
  return async function rollBackRegression(
    state: Pick<FeedbackState, "degraded">,
    runtime: LangGraphRunnableConfig,
  ): Promise<Pick<FeedbackUpdate, "rollback" | "degraded">> {
    const userId = parseUserId(parseRunConfig(runtime).userId);
    try {
      const checkpoints = await personas.history(userId);
      if (!isWatched(personaHead(checkpoints))) return {};
      const judged = detectRegression(checkpoints, await episodes.latest(userId, watchedEpisodes));
      if (judged === null) return {};
      const { head, parent, rollback, at } = judged;
      const checkpoint = await personas.append(userId, {
        parent: head,
        at,
        author: "rollback",
        status: "active",
        lines: parent.lines,
        paperSystemPrompt: parent.paperSystemPrompt,
        reason: reasonOf(judged),
        rollback,
      });
      return { rollback: checkpoint };
    } catch (error) {
      if (memoryFailure(error) === null) throw error;
      return { degraded: withDegraded(state.degraded, ["version-not-watched"]) };
    }
  };
}

function reasonOf({ rollback }: HeadComparison): string {
  const { of, to, headMean, headItems, parentMean, parentItems, pValue } = rollback;
  return `Back to version ${to}: version ${of} scored ${shown(headMean)} on ${headItems} answers, version ${to} ${shown(parentMean)} on ${parentItems}; p ${shown(pValue)}.`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(2)));
}
