import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";

/** An answer, an error to throw, or a function of the messages that gives one. */
export type ScriptedReply =
  | string
  | AIMessage
  | Error
  | ((messages: readonly BaseMessage[]) => string | AIMessage | Error);

interface ScriptedCallOptions extends BaseChatModelCallOptions {
  readonly toolNames?: readonly string[];
  readonly toolCards?: string;
}

/** A chat model that says what it is told, in order, and remembers what it was asked. For tests in one process. */
export class ScriptedModel extends BaseChatModel<ScriptedCallOptions> {
  readonly calls: BaseMessage[][] = [];
  /** Names of the tools that were bound, call by call. */
  readonly toolsOffered: string[][] = [];
  /** What the model was told of them, call by call. */
  readonly toolCards: string[] = [];
  readonly #replies: ScriptedReply[];

  constructor(replies: readonly ScriptedReply[]) {
    super({});
    this.#replies = [...replies];
  }

  override _llmType() {
    return "scripted";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<ScriptedCallOptions>) {
    const functions = tools.map((tool) => convertToOpenAITool(tool as never).function);
    const toolNames = functions.map(({ name }) => name);
    const toolCards = functions.map(({ description = "" }) => description).join("\n\n");
    return this.withConfig({ ...options, toolNames, toolCards });
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
  ): Promise<ChatResult> {
    options.signal?.throwIfAborted();
    this.calls.push(messages);
    this.toolsOffered.push([...(options.toolNames ?? [])]);
    this.toolCards.push(options.toolCards ?? "");
    const next = this.#replies.shift();
    if (next === undefined)
      throw new Error(`ScriptedModel: call #${this.calls.length} was not scripted.`);
    const reply = typeof next === "function" ? next(messages) : next;
    if (reply instanceof Error) throw reply;
    const message = typeof reply === "string" ? new AIMessage(reply) : reply;
    return { generations: [{ text: message.text, message }] };
  }

  /** Fails when a scripted reply was never asked for. */
  assertUsedUp() {
    if (this.#replies.length > 0)
      throw new Error(`ScriptedModel: ${this.#replies.length} replies left unasked.`);
  }
}

/** A reply that calls tools, as models give it. */
export function callsTools(
  ...calls: readonly { readonly name: string; readonly args: Record<string, unknown> }[]
): AIMessage {
  const tool_calls = calls.map((call, index) => ({
    ...call,
    id: `scripted_${index}`,
    type: "tool_call" as const,
  }));
  return new AIMessage({ content: "", tool_calls });
}
