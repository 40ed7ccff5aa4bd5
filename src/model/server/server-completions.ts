import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { convertLangChainToolCallToOpenAI } from "@langchain/core/output_parsers/openai_tools";
import { ChatOpenAICompletions } from "@langchain/openai";
import { isRecord, recordsOf, type JsonRecord } from "./json.js";

type Convert = ChatOpenAICompletions["_convertCompletionsMessageToBaseMessage"];
type ConvertDelta = ChatOpenAICompletions["_convertCompletionsDeltaToBaseMessageChunk"];
type Generate = ChatOpenAICompletions["_generate"];
type Stream = ChatOpenAICompletions["_streamResponseChunks"];

/**
 * Keeps what LangChain drops: a `refusal`, and what a server attached to tool calls. Both stand in `additional_kwargs`,
 * and so in the thread's checkpoint; the latter goes back with the calls.
 */
export class ServerCompletions extends ChatOpenAICompletions {
  override _generate(...[messages, ...rest]: Parameters<Generate>) {
    return super._generate(messages.map(withAttached), ...rest);
  }

  override async *_streamResponseChunks(...[messages, ...rest]: Parameters<Stream>) {
    for await (const chunk of super._streamResponseChunks(messages.map(withAttached), ...rest)) {
      const reason: unknown = chunk.generationInfo?.["finish_reason"];
      // LangChain forgets it where an answer is streamed to a listener and returned whole.
      if (typeof reason === "string") chunk.message.response_metadata["finish_reason"] = reason;
      yield chunk;
    }
  }

  protected override _convertCompletionsMessageToBaseMessage(...args: Parameters<Convert>) {
    const converted = super._convertCompletionsMessageToBaseMessage(...args);
    return keep(converted, args[0] as unknown as JsonRecord);
  }

  protected override _convertCompletionsDeltaToBaseMessageChunk(...args: Parameters<ConvertDelta>) {
    const converted = super._convertCompletionsDeltaToBaseMessageChunk(...args);
    return keep(converted, args[0]);
  }
}

function keep<Message extends BaseMessage>(converted: Message, source: JsonRecord): Message {
  const { refusal, tool_calls: calls } = source;
  const kept = converted.additional_kwargs;
  // LangChain keeps the calls twice.
  delete kept.tool_calls;
  if (typeof refusal === "string" && refusal !== "") kept["refusal"] = refusal;
  const attached = recordsOf(calls).map((call) => call["attached"]);
  if (attached.some(isRecord))
    kept["attached"] = Object.fromEntries(
      attached.filter(isRecord).map(({ id, ...attachment }) => [id, attachment]),
    );
  return converted;
}

/** The message whose tool calls LangChain sends as they are, with what the server attached. */
function withAttached(message: BaseMessage): BaseMessage {
  const attached = message.additional_kwargs["attached"];
  if (!AIMessage.isInstance(message) || !isRecord(attached)) return message;
  const { content, id, name, tool_calls: calls = [] } = message;
  const copy = new AIMessage({ content, ...(id && { id }), ...(name && { name }) });
  copy.additional_kwargs.tool_calls = calls.map((call) => ({
    ...convertLangChainToolCallToOpenAI(call),
    attached: attached[call.id ?? ""],
  })) as never;
  return copy;
}
