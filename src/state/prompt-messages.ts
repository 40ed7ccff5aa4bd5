import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  ToolMessage,
  trimMessages,
} from "@langchain/core/messages";
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
 *
 * Tool calls without a result, of a turn that failed or was stopped, are left out: providers refuse them.
 */
export async function promptMessages(
  state: Pick<AgentState, "messages" | "turn">,
  maxTokens: number,
): Promise<BaseMessage[]> {
  const question = state.messages.indexOf(questionOf(state));
  const thisTurn = withoutOpenCalls(state.messages.slice(question));
  const earlier = await trimMessages(withoutOpenCalls(state.messages.slice(0, question)), {
    maxTokens: Math.max(0, maxTokens - countTokens(thisTurn)),
    tokenCounter: countTokens,
    strategy: "last",
    startOn: HumanMessage,
  });
  return [...earlier, ...thisTurn];
}

/** Every tool call has its result after it, and every result its call. */
function withoutOpenCalls(messages: readonly BaseMessage[]): BaseMessage[] {
  const kept: BaseMessage[] = [];
  for (const [index, message] of messages.entries()) {
    // Added with their calls.
    if (ToolMessage.isInstance(message)) continue;
    if (!AIMessage.isInstance(message) || !message.tool_calls?.length) {
      kept.push(message);
      continue;
    }
    const end = messages.findIndex((next, at) => at > index && !ToolMessage.isInstance(next));
    const results = messages.slice(index + 1, end < 0 ? undefined : end) as ToolMessage[];
    const calls = message.tool_calls.filter(({ id }) =>
      results.some((result) => result.tool_call_id === id),
    );
    if (calls.length > 0 || message.text.trim() !== "")
      kept.push(calls.length === message.tool_calls.length ? message : withCalls(message, calls));
    kept.push(...results.filter((result) => calls.some(({ id }) => id === result.tool_call_id)));
  }
  return kept;
}

function withCalls(message: AIMessage, tool_calls: NonNullable<AIMessage["tool_calls"]>) {
  const { content, id, additional_kwargs } = message;
  return new AIMessage({ content, ...(id && { id }), tool_calls, additional_kwargs });
}

/** Chat formats add about four tokens around the text of a message. */
function countTokens(messages: readonly BaseMessage[]): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + 4, 0);
}
