import { AIMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { parseUserId } from "../../domain/user-id.js";
import { isStoreUnavailable } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import type { AgentEvent } from "../../state/agent-event.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import { threadIdOf } from "../../state/thread-id.js";
import { memoryFailure } from "../memory-failure.js";
import type { LearningReads } from "./learning-reads.js";
import { textOf } from "../../state/message-text.js";
import { questionOf } from "../../state/prompt-messages.js";

/** How often the graph runs this node while the store is unavailable. */
export const writeAttempts = 3;

export interface WriteMemoryDeps {
  readonly episodes: Pick<Memory["episodes"], "add">;
  readonly learningReads: Pick<LearningReads, "begin">;
  /** The name of the model that answers a run, as it is in records. */
  readonly modelNameFor: (config: Pick<RunConfig, "models">) => string;
}

/**
 * Stores the turn as one episode, under the id that the first node fixed, so that a retried or resumed run changes
 * nothing. Never fails the turn: `degraded` names what could not be written, also when tried again.
 */
export function createWriteMemory({ episodes, learningReads, modelNameFor }: WriteMemoryDeps) {
  return async function writeMemory(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    if (state.turn === undefined || waitsForCaller(state)) return {};
    const config = parseRunConfig(runtime);
    const userId = parseUserId(config.userId);
    const answer = state.messages.findLast((message) => AIMessage.isInstance(message));
    const query = textOf(questionOf(state));
    const episode: Episode = {
      schemaVersion: 3,
      id: state.turn.episodeId,
      at: state.turn.at,
      query,
      options: null,
      scale: null,
      response: answer ? textOf(answer) : null,
      groundTruth: null,
      feedback: null,
      replacedResponses: [],
      toolsUsed: state.tools.map(({ name }) => name),
      personaVersion: state.personaVersion,
      threadId: threadIdOf(runtime),
      source: "turn",
      task: parseQuestion(query).task,
    };
    learningReads.begin(userId, episode.id);
    try {
      const { turn, usage } = state;
      const spending = { kind: "turn", model: modelNameFor(config), usage } as const;
      const written = await episodes.add(userId, episode, { startedAt: turn.at, spending });
      const degraded = withDegraded(state.degraded, written.degraded);
      // The user has deleted this turn.
      if (written.episode === null) return { degraded };
      runtime.writer?.({ kind: "episode-written", id: episode.id } satisfies AgentEvent);
      return { episodeId: episode.id, degraded };
    } catch (error) {
      const attempt = runtime.executionInfo?.nodeAttempt ?? writeAttempts;
      const failed = memoryFailure(error);
      if (failed === null || (isStoreUnavailable(error) && attempt < writeAttempts)) throw error;
      return { degraded: withDegraded(state.degraded, [failed]) };
    }
  };
}

/** The turn goes on when the caller has run its tools. */
function waitsForCaller({ messages }: Pick<AgentState, "messages">): boolean {
  const last = messages.at(-1);
  return AIMessage.isInstance(last) && (last.tool_calls ?? []).length > 0;
}
