import { type BaseMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { parseUserId, type UserKey, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { textOf } from "../../state/message-text.js";
import type { AgentState } from "../../state/agent-state.js";

/** A turn that passed the checks. */
export interface AdmittedTurn {
  readonly userId: string;
  readonly owner: UserKey;
  /** The human message to answer. */
  readonly question: { readonly id: string; readonly text: string };
}

type ThreadState = Pick<AgentState, "messages" | "owner" | "turn">;

/**
 * Checks the user, the thread's owner, and the message.
 *
 * @throws {PersonaAgentError} `config-user-invalid`, `config-thread-owner`, `config-message-invalid`.
 */
export function admitTurn(state: ThreadState, config: Pick<RunConfig, "userId">): AdmittedTurn {
  checkOwner(state, config);
  const userId = parseUserId(config.userId);
  const isHuman = (message: BaseMessage) => HumanMessage.isInstance(message);
  const question = newMessages(state).findLast(isHuman) ?? state.messages.findLast(isHuman);
  if (question?.id === undefined)
    throw new PersonaAgentError(
      "config-message-invalid",
      "The turn has no human message; expected one to answer. Send `messages` with a message of role user.",
    );
  return {
    userId,
    owner: userKey(userId),
    question: { id: question.id, text: parseMessageText(textOf(question)) },
  };
}

/** Tells a stranger nothing about the thread except that it is not theirs. */
export const foreignThreadMessage =
  "This thread belongs to another user; expected the user of its first turn. Start a new thread for this user.";

/** @throws {PersonaAgentError} `config-thread-owner` unless the user owns the thread; `config-user-invalid` */
export function checkOwner(
  { owner }: Pick<AgentState, "owner">,
  { userId }: Pick<RunConfig, "userId">,
): void {
  if (owner === undefined || (userId !== undefined && owner === userKey(userId))) return;
  throw new PersonaAgentError("config-thread-owner", foreignThreadMessage);
}

/**
 * The user of the run, if it names one. A LangGraph server passes the `configurable` of a thread's first run to all its
 * later runs, so on a server it says who asked first, not who asks now.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function askingUser(
  { owner }: Pick<AgentState, "owner">,
  { context, configurable }: Pick<LangGraphRunnableConfig, "context" | "configurable">,
  isOnServer: boolean,
): string | undefined {
  const isFirst = !isOnServer || owner === undefined;
  return parseRunConfig({
    ...(context && { context }),
    ...(configurable && isFirst && { configurable }),
  }).userId;
}

/**
 * The messages of this turn: all after the latest admitted turn and its answers. They are in the state before any node
 * runs, so a refused turn must remove them.
 */
export function newMessages({ messages, turn }: ThreadState): BaseMessage[] {
  const admitted = messages.findIndex((message) => message.id === turn?.messageId);
  if (admitted === -1) return messages;
  const rest = messages.slice(admitted + 1);
  const first = rest.findIndex(
    (message) => HumanMessage.isInstance(message) || SystemMessage.isInstance(message),
  );
  return first === -1 ? [] : rest.slice(first);
}
