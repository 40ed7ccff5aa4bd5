import { AIMessage, AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import type { RunContext } from "../config/turn-settings.js";
import { parseMessageText } from "../domain/text/storable-text.js";
import { parseUserId } from "../domain/user-id.js";
import type { AgentEvent } from "../state/agent-event.js";
import type { AgentState } from "../state/agent-state.js";
import type { AgentGraph } from "../graph/agent.js";

/** What one turn came to. Plain JSON. */
export interface TurnResult extends Pick<
  AgentState,
  "personaVersion" | "episodeId" | "tools" | "alignment" | "degraded" | "usage"
> {
  readonly answer: string;
  /** What memory put into the prompt, best first, and then what a tool brought, in order. */
  readonly recalled: readonly { readonly id: string; readonly score: number }[];
}

export interface AskOptions {
  /** Continues, or begins, this thread; needs a checkpointer. */
  readonly threadId?: string | undefined;
  readonly settings?: Omit<RunContext, "userId">;
  readonly signal?: AbortSignal | undefined;
  /** Told what happens while it happens, and each piece of the answer's text. */
  readonly onEvent?: (event: AgentEvent | { readonly kind: "text"; readonly text: string }) => void;
}

/** One turn of the agent graph, from text to text. Errors as `PersonaAgent.ask`. */
export async function askGraph(
  graph: AgentGraph,
  userId: string,
  message: string,
  { threadId, settings = {}, signal, onEvent }: AskOptions = {},
): Promise<TurnResult> {
  // The graph checks both again; here a bad one is refused before anything of it is kept in a thread.
  const user = parseUserId(userId);
  const question = new HumanMessage(parseMessageText(message));
  const stream = await graph.stream(
    { messages: [question] },
    {
      context: { ...settings, userId: user } satisfies RunContext,
      configurable: threadId === undefined ? {} : { thread_id: threadId },
      streamMode: ["values", "custom", "messages"],
      // LangGraph never takes its listener off again, and a caller's signal may serve many runs.
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
  return turnResult(state);
}

/** What a caller wants to know of a turn, from the state that it ended in. */
export function turnResult(state: AgentState | undefined): TurnResult {
  if (state === undefined) throw new TypeError("The run ended without a state.");
  return {
    answer: state.messages.findLast((message) => AIMessage.isInstance(message))?.text ?? "",
    personaVersion: state.personaVersion,
    episodeId: state.episodeId,
    recalled: firstOfEach([...state.recalled, ...state.recalledByTools]),
    tools: state.tools,
    alignment: state.alignment,
    degraded: state.degraded,
    usage: state.usage,
  };
}

/** A tool may find what the prompt has already. */
function firstOfEach(recalled: readonly { readonly id: string; readonly score: number }[]) {
  const scores = new Map<string, number>();
  for (const { id, score } of recalled) if (!scores.has(id)) scores.set(id, score);
  return [...scores].map(([id, score]) => ({ id, score }));
}
