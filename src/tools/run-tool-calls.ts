import { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { type StructuredToolInterface, ToolInputParsingException } from "@langchain/core/tools";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { isGraphBubbleUp, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../system/errors.js";
import {
  toolArgumentsPrompt,
  toolCommandPrompt,
  toolFailedPrompt,
  toolTimedOutPrompt,
  toolUnknownPrompt,
} from "../prompts/agent/tool-results.js";
import type { AgentEvent } from "../state/agent-event.js";
import { TimeLimitError, withTimeLimit } from "../system/time-limit.js";
import { hasOwnQuoting, maxNameLength, type ToolAnswer, toToolMessage } from "./tool-message.js";

export interface ToolCallsOptions {
  /** The tools of this run; a call of any other is answered with an error. */
  readonly tools: readonly StructuredToolInterface[];
  /** An AIMessage's tool calls. */
  readonly calls: readonly ToolCall[];
  /** The node's own: the tools get its context, store, stream writer and signal. */
  readonly config: LangGraphRunnableConfig;
  /** The graph's state, for tools that read `runtime.state`. */
  readonly state?: Readonly<Record<string, unknown>>;
  /** For each call. */
  readonly timeoutMs: number;
}

/**
 * Runs the calls in parallel. Everything that a model can react to becomes a message with status `error`: an unknown
 * tool, arguments that do not fit, a failure, a tool that hangs.
 *
 * LangGraph's `ToolNode` makes the call, with the runtime that LangChain's tools expect. Its own error handling is off:
 * it would turn aborts and our errors into messages, has no time limit, and does not say what was expected.
 *
 * @returns One message for each call, in order.
 * @throws Our own `config-*` errors, LangGraph's interrupts, and the reason of an aborted run, after the other calls
 *   were stopped.
 */
export async function runToolCalls(options: ToolCallsOptions): Promise<ToolMessage[]> {
  const { calls, config } = options;
  const fault = new AbortController();
  const signal = AbortSignal.any([fault.signal, ...(config.signal ? [config.signal] : [])]);
  signal.throwIfAborted();
  const messages = await Promise.all(
    calls.map(async (call) => {
      const name = storableText(call.name, maxNameLength);
      config.writer?.({ kind: "tool-started", name } satisfies AgentEvent);
      // The first fault stops the other calls; it becomes the reason of the signal that stops them.
      const message = await answer(call, options, signal).catch((error: unknown) =>
        fault.abort(error),
      );
      if (message === undefined) return [];
      const ok = message.status !== "error";
      config.writer?.({ kind: "tool-ended", name, ok } satisfies AgentEvent);
      return [message];
    }),
  );
  signal.throwIfAborted();
  return messages.flat();
}

async function answer(
  call: ToolCall,
  options: ToolCallsOptions,
  signal: AbortSignal,
): Promise<ToolMessage> {
  const failed = (content: string) => toToolMessage(call, { ok: false, content });
  const { tools } = options;
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    const name = storableText(call.name, maxNameLength);
    const names = tools.map((known) => known.name).join(", ") || "none";
    return failed(toolUnknownPrompt.render({ name, names }));
  }
  try {
    return toToolMessage(call, await invoke(call, tool, options, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (isGraphBubbleUp(error)) throw error;
    if (PersonaAgentError.is(error) && error.code.startsWith("config-")) throw error;
    return failed(describeFailure(error, tool));
  }
}

async function invoke(
  call: ToolCall,
  tool: StructuredToolInterface,
  { config, state, timeoutMs }: ToolCallsOptions,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const node = new ToolNode([tool], { handleToolErrors: false });
  const output: unknown = await withTimeLimit(
    (limited) => node.invoke({ ...state, lg_tool_call: call }, { ...config, signal: limited }),
    { timeoutMs, signal },
  );
  const [message] = (Object(output) as { messages?: unknown[] }).messages ?? [];
  if (!ToolMessage.isInstance(message))
    return { ok: false, content: toolCommandPrompt.render({ name: tool.name }) };
  const { content, artifact, status } = message;
  return { ok: status !== "error", content, artifact, quoted: hasOwnQuoting(tool) };
}

function describeFailure(error: unknown, { name, schema }: StructuredToolInterface): string {
  if (error instanceof TimeLimitError)
    return toolTimedOutPrompt.render({ name, seconds: String(error.timeoutMs / 1_000) });
  const reason = reasonOf(error);
  return error instanceof ToolInputParsingException
    ? toolArgumentsPrompt.render({ name, reason, schema: describeSchema(schema) })
    : toolFailedPrompt.render({ name, reason });
}

/** Most of a failure's reason, and of a schema, that a model is shown, in UTF-16 units. */
const maxReasonLength = 2_000;

/** The message of the error, and of its cause if that says more (`fetch failed`); never a stack. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === "string" ? error : "no reason was given.";
  const cause = error.cause instanceof Error ? error.cause.message : "";
  const message = error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
  const lines = message.split("\n").filter((line) => !/^\s*at .*(?::\d+|\))\s*$/.test(line));
  return storableText(lines.join("\n").trim() || error.name, maxReasonLength);
}

function describeSchema(schema: StructuredToolInterface["schema"]): string {
  try {
    return storableText(JSON.stringify(toJsonSchema(schema)), maxReasonLength);
  } catch {
    // A schema with a transform has no JSON form; the reason still names the bad fields.
    return "not available";
  }
}
