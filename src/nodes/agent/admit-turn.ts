import { type BaseMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { parseUserId, type UserKey, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { AgentState } from "../../state/agent-state.js";

/** A turn that may go on. */
export interface AdmittedTurn {
  readonly userId: string;
  readonly owner: UserKey;
  /** The human message to be answered. */
  readonly question: { readonly id: string; readonly text: string };
}

type ThreadState = Pick<AgentState, "messages" | "owner" | "turn">;

/**
 * Checks who asks, on whose thread, and what.
 *
 * @throws {PersonaAgentError} `config-user-invalid`, `config-thread-owner`, `config-message-invalid`.
 */
export function admitTurn(state: ThreadState, config: Pick<RunConfig, "userId">): AdmittedTurn {
  checkOwner(state, config);
  const userId = parseUserId(config.userId);
  const message = newMessages(state).findLast((candidate) => HumanMessage.isInstance(candidate));
  const question =
    message ?? state.messages.findLast((candidate) => HumanMessage.isInstance(candidate));
  if (question?.id === undefined)
    throw new PersonaAgentError(
      "config-message-invalid",
      "The turn has no human message; expected one to answer. Send `messages` with a message of role user.",
    );
  return {
    userId,
    owner: userKey(userId),
    question: { id: question.id, text: parseMessageText(question.text) },
  };
}

/** Says no more about a stranger's thread than that it is not theirs. */
export const foreignThreadMessage =
  "This thread belongs to another user; expected the user of its first turn. Start a new thread, or pass that user's `userId` in the run's context.";

/** @throws {PersonaAgentError} `config-thread-owner` for everybody but the thread's owner; `config-user-invalid` */
export function checkOwner(
  { owner }: Pick<AgentState, "owner">,
  { userId }: Pick<RunConfig, "userId">,
): void {
  if (owner === undefined || (userId !== undefined && owner === userKey(userId))) return;
  throw new PersonaAgentError("config-thread-owner", foreignThreadMessage);
}

/**
 * Who asks, as far as the run tells. A LangGraph server gives what once stood in a thread's `configurable` to all of
 * the thread's later runs: there it says who asked first, and nothing of who asks now.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function askingUser(
  { owner }: Pick<AgentState, "owner">,
  { context, configurable }: Pick<LangGraphRunnableConfig, "context" | "configurable">,
  isOnServer: boolean,
): string | undefined {
  const isKept = isOnServer && owner !== undefined;
  return parseRunConfig({
    ...(context && { context }),
    ...(configurable && !isKept && { configurable }),
  }).userId;
}

/**
 * The messages that came in with this turn: all after the latest admitted turn and what answered it. They
 * are in the state before any node runs, so a turn that is refused has to take them out again.
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
