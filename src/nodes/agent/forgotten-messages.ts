import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { identityOfId, turnIdentity } from "../../domain/episode.js";
import type { Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { UserKey } from "../../domain/user-id.js";
import { textOf } from "../../state/message-text.js";
import type { AgentState } from "../../state/agent-state.js";

interface ThreadOfTurn {
  readonly owner: UserKey;
  readonly threadId: string | null;
  /** The message that the turn answers; it stays in any case. */
  readonly question: { readonly id: string };
  readonly withdrawals: readonly Withdrawal[];
}

/**
 * The messages before a question that leave its thread: turns whose episode was deleted, turns whose answer repeats one,
 * and, after a deletion since the thread's last turn, the tool calls of the others. Those may have found anything.
 */
export function forgottenMessages(
  { messages, turn }: Pick<AgentState, "messages" | "turn">,
  { owner, threadId, question, withdrawals }: ThreadOfTurn,
): BaseMessage[] {
  const deleted = withdrawals.filter(({ what }) => what === "deleted");
  if (deleted.length === 0 || turn === undefined) return [];
  const forgotten = new Set(
    deleted.flatMap(({ episodeId, responses }) => [episodeId, ...responses].map(identityOfId)),
  );
  // At the same instant too: what is removed twice is gone.
  const isRecent = deleted.some(({ at }) => Date.parse(at) >= Date.parse(turn.at));
  const isForgotten = (message: BaseMessage) =>
    HumanMessage.isInstance(message) &&
    forgotten.has(turnIdentity(owner, threadId, { id: message.id ?? "", text: textOf(message) }));
  const earlier = messages.slice(
    0,
    messages.findIndex(({ id }) => id === question.id),
  );
  return turnsOf(earlier).flatMap((ofTurn) =>
    ofTurn.some(isForgotten) ? ofTurn : isRecent ? ofTurn.filter(isToolWork) : [],
  );
}

/** A turn is one or more human messages and all that follows them. */
function turnsOf(messages: readonly BaseMessage[]): BaseMessage[][] {
  const turns: BaseMessage[][] = [];
  for (const [place, message] of messages.entries()) {
    const before = messages[place - 1];
    const begins =
      HumanMessage.isInstance(message) && (!before || !HumanMessage.isInstance(before));
    if (begins || turns.length === 0) turns.push([]);
    turns.at(-1)?.push(message);
  }
  return turns;
}

function isToolWork(message: BaseMessage): boolean {
  if (ToolMessage.isInstance(message)) return true;
  return AIMessage.isInstance(message) && (message.tool_calls ?? []).length > 0;
}
