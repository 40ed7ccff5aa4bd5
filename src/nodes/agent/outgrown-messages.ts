import type { BaseMessage } from "@langchain/core/messages";
import type { AgentState } from "../../state/agent-state.js";

/** Messages that a thread keeps in any case. */
export const leastKept = 256;
/** Messages beyond those before some leave, so that not every turn removes one. */
const slack = 64;
/** Hardly a conversation's messages are shorter on average, so that `threadTokens` of them are kept. */
const shortMessage = 24;

/**
 * The oldest messages of a long thread, which leave its state: as episodes they are kept for good, and a state is read and
 * written as a whole at every turn. What stays begins with a human message.
 *
 * @param threadTokens - Of the run: what a prompt may show is kept.
 */
export function outgrownMessages(
  { messages }: Pick<AgentState, "messages">,
  threadTokens: number,
): readonly BaseMessage[] {
  const kept = Math.max(leastKept, Math.ceil(threadTokens / shortMessage));
  if (messages.length <= kept + slack) return [];
  const begin = messages.findIndex(
    ({ type }, place) => type === "human" && place >= messages.length - kept,
  );
  return messages.slice(0, Math.max(0, begin));
}
