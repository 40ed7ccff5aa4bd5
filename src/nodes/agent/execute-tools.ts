import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { toolArgumentsUnreadablePrompt } from "../../prompts/agent/tool-results.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import type { RecallArtifact } from "../../tools/recall-memory.js";
import { runToolCalls } from "../../tools/run-tool-calls.js";

export interface ExecuteToolsDeps {
  /** The tools that this run may use. */
  readonly toolsFor: (config: RunConfig) => StructuredToolInterface[];
  /** The most one tool call may take, in milliseconds. */
  readonly toolTimeoutMs: number;
}

/** Runs the tools that the model asked for, side by side. A tool that fails becomes a message the model can react to. */
export function createExecuteTools({ toolsFor, toolTimeoutMs }: ExecuteToolsDeps) {
  return async function executeTools(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    const { calls, unreadable } = askedCalls(state);
    const { messages, tools } = await runToolCalls({
      tools: toolsFor(parseRunConfig(runtime)),
      calls,
      state,
      config: runtime,
      timeoutMs: toolTimeoutMs,
    });
    const recalls = messages.flatMap(({ artifact }) => (isRecall(artifact) ? [artifact] : []));
    return {
      messages: [...messages, ...unreadable],
      tools: [
        ...state.tools,
        ...tools,
        ...unreadable.map(({ name = "" }) => ({ name, ok: false })),
      ],
      recalledByTools: [...state.recalledByTools, ...recalls.flatMap(({ recalled }) => recalled)],
      degraded: withDegraded(
        state.degraded,
        recalls.flatMap(({ degraded }) => degraded),
      ),
      toolRound: state.toolRound + 1,
    };
  };
}

/** The calls of the latest answer: those that can be run, and a message for each whose arguments could not be read. */
function askedCalls({ messages }: AgentState) {
  const asked = messages.findLast((message) => AIMessage.isInstance(message));
  const { tool_calls = [], invalid_tool_calls = [] } = asked ?? {};
  const badIds = new Set(invalid_tool_calls.map(({ id }) => id ?? ""));
  return {
    calls: tool_calls.filter(({ id }) => !badIds.has(id ?? "")),
    unreadable: invalid_tool_calls.map(
      ({ id, name = "", args = "" }) =>
        new ToolMessage({
          name,
          tool_call_id: id ?? "",
          status: "error",
          content: toolArgumentsUnreadablePrompt.render({ name, given: args.slice(0, 500) }),
        }),
    ),
  };
}

function isRecall(artifact: unknown): artifact is RecallArtifact {
  return typeof artifact === "object" && artifact !== null && "recalled" in artifact;
}
