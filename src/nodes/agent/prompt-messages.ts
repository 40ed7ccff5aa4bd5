import { type BaseMessage, HumanMessage, trimMessages } from "@langchain/core/messages";
import { estimateTokens } from "../../domain/text/storable-text.js";
import type { AgentState } from "../../state/agent-state.js";

/** The human message that the turn answers. */
export function questionOf({ messages, turn }: Pick<AgentState, "messages" | "turn">): BaseMessage {
  const question = messages.find((message) => message.id === turn?.messageId);
  // The first node put the id there, so only an edit of the state in Studio can lead here.
  if (question === undefined) throw new TypeError("The turn's message is not in the thread.");
  return question;
}

/**
 * The thread as the prompt shows it: this turn's messages whole, and before them as many of the latest earlier
 * ones as `maxTokens` (estimated) leaves room for, beginning with a human message. The state keeps them all.
 */
export async function promptMessages(
  state: Pick<AgentState, "messages" | "turn">,
  maxTokens: number,
): Promise<BaseMessage[]> {
  const question = state.messages.indexOf(questionOf(state));
  const thisTurn = state.messages.slice(question);
  const earlier = await trimMessages(state.messages.slice(0, question), {
    maxTokens: Math.max(0, maxTokens - countTokens(thisTurn)),
    tokenCounter: countTokens,
    strategy: "last",
    startOn: HumanMessage,
  });
  return [...earlier, ...thisTurn];
}

/** Four tokens a message are what the chat formats add around its text. */
function countTokens(messages: readonly BaseMessage[]): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + 4, 0);
}
