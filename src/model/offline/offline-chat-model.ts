import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import {
  AIMessageChunk,
  type BaseMessage,
  type MessageContent,
  type StandardMessageStructure,
} from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { concat } from "@langchain/core/utils/stream";
import type { z } from "zod";
import { estimateTokens } from "../../domain/text/storable-text.js";
import { profileRevisionSchema } from "../../prompts/learning/profile-revision.js";
import { profileAnswerSchema } from "../../prompts/learning/profile.js";
import { personaUpdateSchema } from "../../prompts/learning/textual-gradient.js";
import { critiqueSchema } from "../../prompts/learning/textual-loss.js";
import { answerClosed } from "./answering/answer-closed.js";
import { answerOpen } from "./answering/answer-open.js";
import { chooseTools, type ChosenCall, type OfferedTool } from "./answering/choose-tools.js";
import { answerCritique } from "./learning/critique.js";
import { readOptions } from "./answering/options.js";
import { answerPaper } from "./learning/paper-alignment.js";
import { answerProfile } from "./learning/profile.js";
import { reviseProfile } from "./learning/profile-revision.js";
import { readRequest } from "./answering/request-reading.js";
import { answerUpdate } from "./learning/update.js";

interface OfflineCallOptions extends BaseChatModelCallOptions {
  readonly tools?: readonly OfferedTool[];
}

/**
 * A chat model without a network and without a language model: it counts, compares words and quotes. It makes
 * the whole loop run, and really depend on what is remembered, where there is no key. It reads only its
 * prompt, is the same for the same prompt, streams word by word, counts tokens (estimated), calls
 * `recall_memory` and `search_wikipedia`, and answers this project's own schemas. It understands nothing.
 */
export class OfflineChatModel extends BaseChatModel<OfflineCallOptions> {
  readonly model = "offline";

  constructor() {
    super({});
  }

  static override lc_name() {
    return "OfflineChatModel";
  }

  override _llmType() {
    return "offline";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<OfflineCallOptions>) {
    return this.withConfig({ ...options, tools: tools.map(offered) });
  }

  override async getNumTokens(content: MessageContent): Promise<number> {
    return estimateTokens(typeof content === "string" ? content : JSON.stringify(content));
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    let whole: ChatGenerationChunk | undefined;
    for await (const chunk of this._streamResponseChunks(messages, options, runManager))
      whole = whole === undefined ? chunk : concat(whole, chunk);
    return { generations: whole === undefined ? [] : [whole] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const reply = replyTo(messages, options.tools ?? []);
    const written = reply.kind === "text" ? reply.text : JSON.stringify(reply.calls);
    const usage = {
      input_tokens: messages.reduce((sum, message) => sum + estimateTokens(message.text), 0),
      output_tokens: estimateTokens(written),
    };
    const pieces =
      reply.kind === "text"
        ? (reply.text.match(/\S+\s*/g) ?? []).map((content) => new AIMessageChunk({ content }))
        : [callChunk(reply.calls, messages.length)];
    pieces.push(
      new AIMessageChunk<StandardMessageStructure>({
        content: "",
        usage_metadata: { ...usage, total_tokens: usage.input_tokens + usage.output_tokens },
        response_metadata: { model_name: "offline", finish_reason: "stop" },
      }),
    );
    for (const message of pieces) {
      options.signal?.throwIfAborted();
      const chunk = new ChatGenerationChunk({ message, text: message.text });
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, {
        chunk,
      });
    }
  }
}

type Reply =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "calls"; readonly calls: readonly Call[] };
interface Call {
  readonly name: string;
  readonly args: object;
}

function replyTo(messages: readonly BaseMessage[], tools: readonly OfferedTool[]): Reply {
  for (const { schema, answer } of ownAnswers) {
    const tool = tools.find((each) => asksFor(each, schema));
    if (tool !== undefined)
      return { kind: "calls", calls: [{ name: tool.name, args: answer(messages) }] };
  }
  const paperReply = answerPaper(messages);
  if (paperReply !== null) return { kind: "text", text: paperReply };
  const request = readRequest(messages);
  const calls: ChosenCall[] = chooseTools(request, tools);
  if (calls.length > 0) return { kind: "calls", calls };
  const closed = readOptions(request.question);
  return {
    kind: "text",
    text: closed === null ? answerOpen(request) : answerClosed(request, closed),
  };
}

const ownAnswers: readonly {
  readonly schema: z.ZodObject;
  readonly answer: (messages: readonly BaseMessage[]) => object;
}[] = [
  { schema: profileAnswerSchema, answer: answerProfile },
  { schema: profileRevisionSchema, answer: reviseProfile },
  { schema: critiqueSchema, answer: answerCritique },
  { schema: personaUpdateSchema, answer: answerUpdate },
];

/** Our schemas are told apart by their fields: no tool of a user is likely to have them all. */
function asksFor(tool: OfferedTool, schema: z.ZodObject): boolean {
  const properties = tool.parameters["properties"] ?? {};
  return Object.keys(schema.shape).every((field) => Object.hasOwn(properties, field));
}

function callChunk(calls: readonly Call[], turn: number): AIMessageChunk {
  return new AIMessageChunk({
    content: "",
    tool_call_chunks: calls.map(({ name, args }, index) => ({
      type: "tool_call_chunk",
      name,
      args: JSON.stringify(args),
      // Its place in the thread, so that no two calls of a thread have one id.
      id: `offline_${turn}_${index}`,
      index,
    })),
  });
}

function offered(tool: BindToolsInput): OfferedTool {
  const { name, parameters } = convertToOpenAITool(tool as never).function;
  return { name, parameters: parameters as OfferedTool["parameters"] };
}
