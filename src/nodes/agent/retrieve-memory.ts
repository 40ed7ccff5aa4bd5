import { HumanMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import type { Episode } from "../../domain/episode.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Recall, RecallBounds } from "../../memory/episodes/episodic-memory.js";
import type { Memory } from "../../memory/memory.js";
import { withinTokens } from "../../prompts/agent/past-interactions.js";
import type { AgentEvent } from "../../state/agent-event.js";
import {
  type AgentState,
  type AgentUpdate,
  type Recalled,
  withDegraded,
} from "../../state/agent-state.js";
import { threadIdOf } from "./load-persona.js";
import { readingMemory } from "../memory-failure.js";
import { promptMessages, questionOf } from "./prompt-messages.js";

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
    const threadId = threadIdOf(runtime);
    // A regenerated turn must not read what it answered the first time. Without a thread there is none.
    const bounds =
      threadId === null || state.turn === undefined ? {} : { excludeIds: [state.turn.episodeId] };
    const found = await readingMemory(
      readFor(questionOf(state).text, { episodes, userId, config, bounds }),
    );
    const [similar, latest] =
      "read" in found ? found.read : [{ recalled: [], degraded: [found.failed] }, []];
    const inPrompt = await questionsInPrompt(state, config.threadTokens);
    const isNews = (episode: Episode) =>
      threadId === null || episode.threadId !== threadId || !inPrompt.has(episode.query);
    const nearest = similar.recalled
      .filter(({ episode }) => isNews(episode))
      .map(({ episode, score }) => shown(episode, score));
    const known = new Set(nearest.map(({ id }) => id));
    const recent = latest
      .filter((episode) => !known.has(episode.id) && isNews(episode))
      .map((episode) => shown(episode, 0));
    const recalled = withinTokens([...nearest, ...recent], config.recallTokens, (item) => item);
    const event = { count: recalled.length, degraded: similar.degraded };
    runtime.writer?.({ kind: "memory-recalled", ...event } satisfies AgentEvent);
    return { recalled, degraded: withDegraded(state.degraded, similar.degraded) };
  };
}

/** What a turn reads of memory for its question, before any of it is left out. */
export function readFor(
  question: string,
  {
    episodes,
    userId,
    config: { recallSimilar, recallLatest },
    bounds = {},
  }: RetrieveMemoryDeps & {
    readonly userId: string;
    readonly config: Pick<RunConfig, "recallSimilar" | "recallLatest">;
    readonly bounds?: RecallBounds;
  },
): Promise<[Recall, Episode[]]> {
  return Promise.all([
    episodes.similar(userId, question, recallSimilar, bounds),
    episodes.latest(userId, recallLatest, bounds),
  ]);
}

/** What the prompt will hold of the thread anyway; recalled as well, it would stand there twice. */
async function questionsInPrompt(state: AgentState, maxTokens: number): Promise<Set<string>> {
  const messages = await promptMessages(state, maxTokens);
  return new Set(
    messages.filter((message) => HumanMessage.isInstance(message)).map(({ text }) => text),
  );
}

function shown({ id, at, query, response, groundTruth }: Episode, score: number): Recalled {
  return { id, at, query, response, groundTruth, score };
}
