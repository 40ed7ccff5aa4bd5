import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../config.js";
import type { Episode } from "../domain/episode.js";
import { parseUserId } from "../domain/user-id.js";
import { isStoreUnavailable } from "../errors.js";
import type { Memory } from "../memory/memory.js";
import { withinTokens } from "../prompts/past-interactions.js";
import type { AgentEvent } from "../state/agent-event.js";
import { type AgentState, type AgentUpdate, type Recalled, withDegraded } from "../state/agent.js";
import { questionOf } from "./turn-messages.js";

export interface RetrieveMemoryDeps {
  readonly episodes: Pick<Memory["episodes"], "latest" | "similar">;
}

/**
 * Reads the interactions most like the question, and the latest ones beside them, into `recalled`, within the
 * token budget. One embedding request, no model call. Never fails the turn: what could not be read is named in
 * `degraded`. In paper mode it reads nothing, because there the model calls the memory tool itself.
 */
export function createRetrieveMemory({ episodes }: RetrieveMemoryDeps) {
  return async function retrieveMemory(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    const config = parseRunConfig(runtime);
    if (config.mode === "paper") return {};
    const userId = parseUserId(config.userId);
    // A regenerated turn must not read what it answered the first time.
    const bounds = state.turn === undefined ? {} : { excludeIds: [state.turn.episodeId] };
    const found = await Promise.all([
      episodes.similar(userId, questionOf(state).text, config.recallSimilar, bounds),
      episodes.latest(userId, config.recallLatest, bounds),
    ]).catch((error: unknown) => {
      if (isStoreUnavailable(error)) return null;
      throw error;
    });
    const [similar, latest] = found ?? [{ recalled: [], degraded: ["store-unavailable"] }, []];
    const nearest = similar.recalled.map(({ episode, score }) => shown(episode, score));
    const known = new Set(nearest.map(({ id }) => id));
    const recent = latest.filter(({ id }) => !known.has(id)).map((episode) => shown(episode, 0));
    const recalled = withinTokens([...nearest, ...recent], config.recallTokens, (item) => item);
    const event = { count: recalled.length, degraded: similar.degraded };
    runtime.writer?.({ kind: "memory-recalled", ...event } satisfies AgentEvent);
    return { recalled, degraded: withDegraded(state.degraded, similar.degraded) };
  };
}

function shown({ id, at, query, response, answer }: Episode, score: number): Recalled {
  return { id, at, query, response, answer, score };
}
