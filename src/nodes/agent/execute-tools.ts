import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { toolArgumentsUnreadablePrompt } from "../../prompts/agent/tool-results.js";
import { unquoted } from "../../prompts/quote.js";
import { type AgentState, type AgentUpdate, withDegraded } from "../../state/agent-state.js";
import type { RecallArtifact } from "../../tools/recall-memory.js";
import { runToolCalls } from "../../tools/run-tool-calls.js";

export interface ExecuteToolsDeps {
  /** The tools that this run may use. */
  readonly toolsFor: (config: RunConfig) => StructuredToolInterface[];
  /** Most that one tool call may take, in milliseconds. */
  readonly toolTimeoutMs: number;
}

/** Runs the tools that the model called, in parallel. A failure becomes a message that the model can react to. */
export function createExecuteTools({ toolsFor, toolTimeoutMs }: ExecuteToolsDeps) {
  return async function executeTools(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<AgentUpdate> {
    const answer = state.messages.findLast((message) => AIMessage.isInstance(message));
    const { tool_calls = [], invalid_tool_calls = [] } = answer ?? {};
    const unreadable = invalid_tool_calls.map(
      ({ id = "", name = "", args = "" }) =>
        new ToolMessage({
          name,
          tool_call_id: id,
          status: "error",
          content: toolArgumentsUnreadablePrompt.render({
            name,
            given: unquoted(args.slice(0, 500)),
          }),
        }),
    );
    const unreadableIds = new Set(unreadable.map(({ tool_call_id }) => tool_call_id));
    const answered = await runToolCalls({
      tools: toolsFor(parseRunConfig(runtime)),
      calls: tool_calls.filter(({ id = "" }) => !unreadableIds.has(id)),
      state,
      config: runtime,
      timeoutMs: toolTimeoutMs,
    });
    const messages = [...answered, ...unreadable];
    const recalls = answered.flatMap(({ artifact }) => (isRecall(artifact) ? [artifact] : []));
    const tools = messages.map(({ name = "", status }) => ({ name, ok: status !== "error" }));
    const degraded = recalls.flatMap((recall) => recall.degraded);
    return {
      messages,
      tools: [...state.tools, ...tools],
      recalledByTools: [...state.recalledByTools, ...recalls.flatMap(({ recalled }) => recalled)],
      degraded: withDegraded(state.degraded, degraded),
      toolRound: state.toolRound + 1,
    };
  };
}

function isRecall(artifact: unknown): artifact is RecallArtifact {
  return typeof artifact === "object" && artifact !== null && "recalled" in artifact;
}
