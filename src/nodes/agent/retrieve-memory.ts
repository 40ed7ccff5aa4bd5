import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import type { Episode } from "../../domain/episode.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Recall, RecallBounds } from "../../memory/episodes/episodic-memory.js";
import { askedOn } from "../../memory/episodes/recall-bounds.js";
import type { Memory } from "../../memory/memory.js";
import { createCopyFilter } from "../../memory/search/copies.js";
import { chooseInteractions } from "../../prompts/agent/past-interactions.js";
import type { AgentEvent } from "../../state/agent-event.js";
import {
  type AgentState,
  type AgentUpdate,
  type Recalled,
  withDegraded,
} from "../../state/agent-state.js";
import { textOf } from "../../state/message-text.js";
import { questionOf } from "../../state/prompt-messages.js";
import { shownInPrompt } from "../../state/shown-in-prompt.js";
import { threadIdOf } from "../../state/thread-id.js";
import { readingMemory } from "../memory-failure.js";

export interface RetrieveMemoryDeps {
  readonly episodes: Pick<Memory["episodes"], "latest" | "similar">;
  readonly now: () => Date;
}

/**
 * Reads the interactions most similar to the question, and the latest ones, into `recalled`, within the token budget
 * and without copies of one question. One embedding request, no model call. Never fails the turn: `degraded` names what
 * could not be read. Reads nothing in paper mode, where the model calls the memory tool itself.
 */
export function createRetrieveMemory({ episodes, now }: RetrieveMemoryDeps) {
  return async function retrieveMemory(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    const config = parseRunConfig(runtime);
    if (config.mode === "paper") return {};
    const userId = parseUserId(config.userId);
    const shown = shownInPrompt(state, threadIdOf(runtime), config.threadTokens);
    const { timeZone } = state.locale;
    const bounds = {
      ...(state.turn && { turnId: state.turn.episodeId }),
      ...(shown.ids.length > 0 && { excludeIds: shown.ids }),
      asked: askedOn(state.turn?.at ?? now().toISOString(), state.locale),
    };
    const question = textOf(questionOf(state));
    const memory = await readingMemory(readFor(question, { episodes, userId, config, bounds }));
    const [{ recalled: similar, degraded }, latest] =
      "read" in memory ? memory.read : [{ recalled: [], degraded: [memory.failed] }, []];
    const isCopy = createCopyFilter();
    const similarIds = new Set(similar.map(({ episode }) => episode.id));
    const found = [
      ...similar,
      ...latest.filter(({ id }) => !similarIds.has(id)).map((episode) => ({ episode, score: 0 })),
    ]
      .filter(({ episode }) => !shown.isInThread(episode))
      .filter(({ episode }) => !isCopy(episode))
      .map(({ episode, score }): Recalled => {
        const { id, at, query, options, scale, response, groundTruth, source } = episode;
        const feedback = episode.feedback && {
          kind: episode.feedback.kind,
          reason: episode.feedback.reason,
        };
        return { id, at, query, options, scale, response, groundTruth, source, feedback, score };
      });
    const recalled = chooseInteractions(found, config.recallTokens, (item) => item, timeZone);
    const event = { kind: "memory-recalled", count: recalled.length, degraded } as const;
    runtime.writer?.(event satisfies AgentEvent);
    return { recalled, degraded: withDegraded(state.degraded, degraded) };
  };
}

/** Everything that a turn reads from memory for its question, before some of it is left out. */
export function readFor(
  question: string,
  {
    episodes,
    userId,
    config: { recallSimilar, recallLatest },
    bounds = {},
  }: Pick<RetrieveMemoryDeps, "episodes"> & {
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
