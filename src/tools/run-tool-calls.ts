import type { ToolCall } from "@langchain/core/messages/tool";
import { ToolMessage } from "@langchain/core/messages";
import { type StructuredToolInterface, ToolInputParsingException } from "@langchain/core/tools";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { isGraphBubbleUp, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../errors.js";
import {
  toolArgumentsPrompt,
  toolCommandPrompt,
  toolFailedPrompt,
  toolTimedOutPrompt,
  toolUnknownPrompt,
} from "../prompts/agent/tool-results.js";
import { hasOwnQuoting } from "./trusted-output.js";
import { maxNameLength, type ToolAnswer, toToolMessage } from "./tool-message.js";
import { TimeLimitError, withTimeLimit } from "../system/time-limit.js";

export interface ToolCallsOptions {
  /** The tools of this run; a call of any other is answered with an error. */
  readonly tools: readonly StructuredToolInterface[];
  /** An AIMessage's tool calls. */
  readonly calls: readonly ToolCall[];
  /** The node's own: context, store, stream writer and signal reach the tools through it. */
  readonly config: LangGraphRunnableConfig;
  /** The graph's state, for tools that read `runtime.state`. */
  readonly state?: Readonly<Record<string, unknown>>;
  /** For each call. */
  readonly timeoutMs: number;
  /** Ends all calls, as the signal in `config` does. */
  readonly signal?: AbortSignal;
  /** Most text of one result, in UTF-16 units. */
  readonly maxLength?: number;
}

/** What became of the calls: one message and one entry a call, both in the order of the calls. */
export interface ToolCallsOutcome {
  readonly messages: ToolMessage[];
  readonly tools: { readonly name: string; readonly ok: boolean }[];
}

/** Custom progress events, sent to the run's stream writer. A call that ends the run has no end of its own. */
export type ToolProgress =
  | { readonly kind: "tool-started"; readonly name: string }
  | { readonly kind: "tool-ended"; readonly name: string; readonly ok: boolean };

/**
 * Runs the calls at the same time. Whatever a model can react to becomes a message with status `error`: an
 * unknown tool, arguments that do not fit, a failure, a tool that hangs.
 *
 * Thrown on, once the other calls have been stopped: our own `config-*` errors, LangGraph's interrupts, and
 * the reason of an aborted run.
 *
 * LangGraph's `ToolNode` carries out the call, with the runtime that LangChain's tools expect. Its own error
 * handling is off: it would turn aborts and our errors into messages, has no time limit, and does not say
 * what was expected.
 */
export async function runToolCalls(options: ToolCallsOptions): Promise<ToolCallsOutcome> {
  const { calls, config, signal, maxLength = 20_000 } = options;
  const fault = new AbortController();
  const signals = [fault.signal, config.signal, signal].filter((given) => given !== undefined);
  const run: Run = { ...options, signal: AbortSignal.any(signals), maxLength };
  run.signal.throwIfAborted();

  const messages = await Promise.all(
    calls.map(async (call) => {
      const name = storableText(call.name, maxNameLength);
      config.writer?.({ kind: "tool-started", name } satisfies ToolProgress);
      // The first fault stops the others, and is kept as the reason of the signal that stopped them.
      const message = await answer(call, run).catch((error: unknown) => fault.abort(error));
      if (message === undefined) return [];
      const ok = message.status !== "error";
      config.writer?.({ kind: "tool-ended", name, ok } satisfies ToolProgress);
      return [message];
    }),
  );
  run.signal.throwIfAborted();
  return {
    messages: messages.flat(),
    tools: messages.flat().map(({ name = "", status }) => ({ name, ok: status !== "error" })),
  };
}

interface Run extends ToolCallsOptions {
  readonly signal: AbortSignal;
  readonly maxLength: number;
}

async function answer(call: ToolCall, run: Run): Promise<ToolMessage> {
  const tool = run.tools.find(({ name }) => name === call.name);
  const failed = (content: string) => toToolMessage(call, { ok: false, content }, run.maxLength);
  if (tool === undefined) return failed(describeUnknown(call, run.tools));
  try {
    return toToolMessage(call, await carryOut(call, tool, run), run.maxLength);
  } catch (error) {
    run.signal.throwIfAborted();
    if (isGraphBubbleUp(error)) throw error;
    if (PersonaAgentError.is(error) && error.code.startsWith("config-")) throw error;
    return failed(describeFailure(error, tool));
  }
}

async function carryOut(
  call: ToolCall,
  tool: StructuredToolInterface,
  { config, state, timeoutMs, signal }: Run,
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

function describeUnknown(call: ToolCall, tools: readonly StructuredToolInterface[]): string {
  return toolUnknownPrompt.render({
    name: storableText(call.name, maxNameLength),
    names: tools.map(({ name }) => name).join(", ") || "none",
  });
}

function describeFailure(error: unknown, { name, schema }: StructuredToolInterface): string {
  if (error instanceof TimeLimitError)
    return toolTimedOutPrompt.render({ name, seconds: String(error.timeoutMs / 1_000) });
  const reason = reasonOf(error);
  return error instanceof ToolInputParsingException
    ? toolArgumentsPrompt.render({ name, reason, schema: describeSchema(schema) })
    : toolFailedPrompt.render({ name, reason });
}

/** The most of a failure's reason, and of a schema, that a model is shown. */
const maxReasonLength = 2_000;

/** The message of the error, and of its cause where that is what says it (`fetch failed`); never a stack. */
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
