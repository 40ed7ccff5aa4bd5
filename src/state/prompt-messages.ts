import { type BaseMessage, HumanMessage, trimMessages } from "@langchain/core/messages";
import { estimateTokens } from "../domain/text/storable-text.js";
import type { AgentState } from "./agent-state.js";

/** The human message that the turn answers. */
export function questionOf({ messages, turn }: Pick<AgentState, "messages" | "turn">): BaseMessage {
  const question = messages.find((message) => message.id === turn?.messageId);
  // Set by the first node, so it is only missing after an edit of the state in Studio.
  if (question === undefined) throw new TypeError("The turn's message is not in the thread.");
  return question;
}

/**
 * The thread as the prompt shows it: all messages of this turn, and before them the latest earlier ones that fit into
 * `maxTokens` (estimated), beginning with a human message. The state keeps them all.
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

/** Chat formats add about four tokens around the text of a message. */
function countTokens(messages: readonly BaseMessage[]): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + 4, 0);
}
