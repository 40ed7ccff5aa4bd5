import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { estimateTokens } from "../domain/text/storable-text.js";
import type { AgentState } from "./agent-state.js";
import { textOf } from "./message-text.js";

/** The human message that the turn answers. */
export function questionOf(state: Pick<AgentState, "messages" | "turn">): BaseMessage {
  const question = state.messages[placeOfQuestion(state)];
  // Set by the first node, so it is only missing after an edit of the state in Studio.
  if (question === undefined) throw new TypeError("The turn's message is not in the thread.");
  return question;
}

/** From the newest: a turn answers one of the thread's last messages. */
function placeOfQuestion({ messages, turn }: Pick<AgentState, "messages" | "turn">): number {
  return messages.findLastIndex(({ id }) => id !== undefined && id === turn?.messageId);
}

/**
 * The thread as the prompt shows it: all messages of this turn, and before them the latest earlier ones that fit into
 * `maxTokens` (estimated), beginning with a human message. The state keeps more.
 *
 * Tool calls without a result, of a turn that failed or was stopped, are left out: providers refuse them.
 */
export function promptMessages(
  state: Pick<AgentState, "messages" | "turn">,
  maxTokens: number,
): BaseMessage[] {
  const question = state.messages.indexOf(questionOf(state));
  const thisTurn = withoutOpenCalls(state.messages.slice(question));
  const room = maxTokens - thisTurn.reduce((sum, message) => sum + tokensOf(message), 0);
  const begin = latestWithin(state.messages, question, room);
  return [...withoutOpenCalls(state.messages.slice(begin, question)), ...thisTurn];
}

/**
 * Where the latest messages begin that fit. Each is counted once: `trimMessages` of @langchain/core counts a thread as
 * often as it has messages (findings/trim-messages-counts-the-square.sh).
 */
function latestWithin(messages: readonly BaseMessage[], end: number, maxTokens: number): number {
  let [begin, tokens] = [end, 0];
  for (let place = end - 1; place >= 0; place -= 1) {
    const message = messages[place];
    if (message === undefined) break;
    tokens += tokensOf(message);
    if (tokens > maxTokens) break;
    if (message.type === "human") begin = place;
  }
  return begin;
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
    const results = resultsAfter(messages, index);
    const calls = message.tool_calls.filter(({ id }) =>
      results.some((result) => result.tool_call_id === id),
    );
    if (calls.length > 0 || textOf(message).trim() !== "")
      kept.push(calls.length === message.tool_calls.length ? message : withCalls(message, calls));
    kept.push(...results.filter((result) => calls.some(({ id }) => id === result.tool_call_id)));
  }
  return kept;
}

function resultsAfter(messages: readonly BaseMessage[], index: number): ToolMessage[] {
  const results: ToolMessage[] = [];
  for (let place = index + 1; place < messages.length; place += 1) {
    const next = messages[place];
    if (!ToolMessage.isInstance(next)) break;
    results.push(next);
  }
  return results;
}

function withCalls(message: AIMessage, tool_calls: NonNullable<AIMessage["tool_calls"]>) {
  const { content, id, additional_kwargs } = message;
  return new AIMessage({ content, ...(id && { id }), tool_calls, additional_kwargs });
}

/** Chat formats add about four tokens around the text of a message. */
function tokensOf(message: BaseMessage): number {
  return estimateTokens(textOf(message)) + 4;
}
