import {
  AIMessage,
  AIMessageChunk,
  type BaseMessage,
  HumanMessage,
} from "@langchain/core/messages";
import type { VerbOutput } from "../contract/verbs.js";
import { expectKnownNames, type KnownNames } from "../config/known-names.js";
import type { RunContext } from "../config/turn-settings.js";
import { parseMessageText } from "../domain/text/storable-text.js";
import { parseUserId } from "../domain/user-id.js";
import type { AgentGraph } from "../graph/agent.js";
import type { AgentEvent, TurnProgress } from "../state/agent-event.js";
import type { AgentState } from "../state/agent-state.js";
import { PersonaAgentError } from "../system/errors.js";
import { bestFirst, type TurnReasons } from "./explain-turn.js";
import { checkInput } from "./verbs/check-input.js";
import { type KeptConversation, messagesOf } from "./kept-conversation.js";
import { secondsFrom } from "./seconds-from.js";

/** The result of one turn. Plain JSON, the same as every door's. */
export type TurnResult = VerbOutput<"ask">;

export interface AskOptions {
  /**
   * The thread to continue or start; needs a checkpointer. Of a conversation that the caller keeps: its name, under
   * which its interactions are remembered.
   */
  readonly threadId?: string | undefined;
  /** A conversation that the caller keeps, instead of a thread: its name, and what was said in it before. */
  readonly conversation?: KeptConversation | undefined;
  readonly settings?: Omit<RunContext, "userId">;
  readonly signal?: AbortSignal | undefined;
  /** Whether the result says in `why` what the answer was made from: recalled texts, profile and lines. */
  readonly why?: boolean | undefined;
  /** Called for each event as it happens, and for each piece of the answer's text. */
  readonly onEvent?: (event: TurnProgress) => void;
}

const askNames: KnownNames<AskOptions> = {
  threadId: true,
  conversation: true,
  settings: true,
  signal: true,
  why: true,
  onEvent: true,
};

/**
 * What a user says; or a conversation that the caller keeps, whose last message they say. A message of it with an `id` is
 * the same turn as the last time, if it is asked again.
 */
export type AskedMessage = string | readonly BaseMessage[];

/** What the user says with it. */
export function textOfLast(message: AskedMessage): string {
  return typeof message === "string" ? message : (message.at(-1)?.text ?? "");
}

/**
 * One turn of the agent graph, to text. Errors as `PersonaAgent.ask`.
 *
 * @param explain - Makes `why` of the last state.
 */
export async function askGraph(
  graph: AgentGraph,
  userId: string,
  message: AskedMessage,
  options: AskOptions = {},
  explain?: (state: AgentState) => Promise<TurnReasons>,
): Promise<TurnResult> {
  expectKnownNames<AskOptions>(options, askNames, "`ask`");
  const { conversation, settings = {}, signal, why = false, onEvent } = options;
  const threadId = options.threadId ?? conversation?.id;
  const start = performance.now();
  // The graph checks both too; here bad input is refused before a thread keeps any of it.
  const user = parseUserId(userId);
  const messages = messagesFrom(message, options);
  const stream = await graph.stream(
    { messages },
    {
      context: { ...settings, userId: user } satisfies RunContext,
      configurable: threadId === undefined ? {} : { thread_id: threadId },
      // Who follows messages pays for callbacks at each step.
      streamMode: onEvent ? ["values", "custom", "messages"] : ["values"],
      // LangGraph never removes its listener, and a caller may use one signal for many runs.
      ...(signal && { signal: AbortSignal.any([signal]) }),
    },
  );
  let state: AgentState | undefined;
  for await (const [mode, chunk] of stream) {
    if (mode === "values") state = chunk as AgentState;
    else if (mode === "custom") onEvent?.(chunk as AgentEvent);
    else if (mode === "messages") {
      const [part, { langgraph_node: node }] = chunk as [unknown, { langgraph_node?: string }];
      if (node === "reason" && AIMessageChunk.isInstance(part) && part.text !== "")
        onEvent?.({ kind: "text", text: part.text });
    }
  }
  if (state === undefined) throw new TypeError("The run ended without a state.");
  const last = state.messages.at(-1);
  const calls = AIMessage.isInstance(last) ? (last.tool_calls ?? []) : [];
  const callerCalls = calls.map(({ id, name, args }, n) => ({ id: id ?? `call_${n}`, name, args }));
  return {
    user,
    ...turnOf(state, state.messages.findLast((each) => AIMessage.isInstance(each))?.text ?? ""),
    seconds: secondsFrom(start),
    ...(callerCalls.length > 0 && { callerCalls }),
    ...(why && explain && { why: await explain(state) }),
  };
}

/** @throws {PersonaAgentError} `config-message-invalid`; `config-invalid` for a conversation that is none, or is not alone. */
function messagesFrom(
  message: AskedMessage,
  { conversation, threadId }: Pick<AskOptions, "conversation" | "threadId">,
): BaseMessage[] {
  if (conversation !== undefined && (threadId !== undefined || typeof message === "object"))
    throw new PersonaAgentError(
      "config-invalid",
      "A `conversation` was given beside a thread or a list of messages; expected one of them. Leave the others out.",
    );
  if (typeof message === "object") return [...message];
  if (conversation !== undefined) {
    const { message: text } = checkInput("ask", { user: "", message, conversation });
    return messagesOf(conversation, text);
  }
  return [new HumanMessage(parseMessageText(message))];
}

/** The turn that a last state tells of, here or on a server. */
export function turnOf(
  state: Omit<TurnResult, "user" | "answer" | "recalled" | "seconds" | "callerCalls" | "why"> &
    Pick<AgentState, "recalled" | "recalledByTools">,
  answer: string,
): Omit<TurnResult, "user" | "seconds" | "callerCalls" | "why"> {
  const { personaVersion, episodeId, tools, alignment, reflection, degraded, usage } = state;
  return {
    answer,
    personaVersion,
    episodeId,
    recalled: firstOfEach([...bestFirst(state.recalled), ...state.recalledByTools]),
    tools: tools.map(({ name, ok }) => ({ name, ok })),
    alignment,
    reflection,
    degraded,
    usage,
  };
}

/** A tool may find an episode that is in the prompt already. */
function firstOfEach(recalled: readonly { readonly id: string; readonly score: number }[]) {
  const scores = new Map<string, number>();
  for (const { id, score } of recalled) if (!scores.has(id)) scores.set(id, score);
  return [...scores].map(([id, score]) => ({ id, score }));
}
