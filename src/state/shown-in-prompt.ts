import { HumanMessage } from "@langchain/core/messages";
import type { Episode } from "../domain/episode.js";
import type { AgentState } from "./agent-state.js";
import { textOf } from "./message-text.js";
import { promptMessages } from "./prompt-messages.js";

/** What a prompt holds of memory, and what therefore is not recalled once more. */
export interface ShownInPrompt {
  /** Recalled in this turn already, and in a stored thread the turn's own: regenerated, it must not read its first answer. */
  readonly ids: readonly string[];
  /** The user's messages of this thread, as many as the prompt shows. */
  readonly messages: ReadonlySet<string>;
  /** Whether an episode is one of the thread's turns that the prompt shows, with nothing that was said of it since. */
  readonly isInThread: (episode: Pick<Episode, "query" | "threadId" | "feedback">) => boolean;
}

/** @param state - Of the turn; outside a turn nothing is shown. */
export function shownInPrompt(
  state: Pick<AgentState, "messages" | "turn" | "recalled" | "recalledByTools">,
  threadId: string | null,
  threadTokens: number,
): ShownInPrompt {
  const { turn, recalled, recalledByTools } = state;
  if (turn === undefined) return { ids: [], messages: new Set(), isInThread: () => false };
  const shown = promptMessages(state, threadTokens);
  const messages = new Set(shown.filter((message) => HumanMessage.isInstance(message)).map(textOf));
  return {
    ids: [
      // Without a thread no turn is regenerated.
      ...(threadId === null ? [] : [turn.episodeId]),
      ...[...recalled, ...recalledByTools].map(({ id }) => id),
    ],
    messages,
    isInThread: (episode) =>
      threadId !== null &&
      episode.threadId === threadId &&
      messages.has(episode.query) &&
      // The thread shows the response alone, not that it was rejected or what was right.
      episode.feedback === null,
  };
}
