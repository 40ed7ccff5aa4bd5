import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import {
  AIMessageChunk,
  type AIMessageChunkFields,
  type BaseMessage,
  type MessageContent,
  type StandardMessageStructure,
} from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { concat } from "@langchain/core/utils/stream";
import { estimateTokens } from "../../domain/text/storable-text.js";
import { verdictSchema } from "../../prompts/learning/pairwise-judge.js";
import { profileRevisionSchema } from "../../prompts/learning/profile-revision.js";
import { profileAnswerSchema } from "../../prompts/learning/profile.js";
import { reflectionSchema } from "../../prompts/learning/reflection.js";
import { personaUpdateSchema } from "../../prompts/learning/textual-gradient.js";
import { critiqueSchema } from "../../prompts/learning/textual-loss.js";
import {
  answerCritique,
  answerUpdate,
  answerVerdict,
  rewritePersona,
  writeFeedback,
} from "./learn.js";
import { answerClosed, answerOpen, chooseTools, type OfferedTool } from "./answer.js";
import { describeUser } from "./describe-user.js";
import { readTurn } from "./read-prompt.js";

type CallOptions = BaseChatModelCallOptions & { readonly tools?: readonly OfferedTool[] };

/**
 * A chat model without a network and without a language model: it counts, compares words and quotes. It makes the whole
 * loop run, and really depend on what is remembered, where there is no key. It reads only its prompt, is the same for the
 * same prompt, streams word by word, calls `recall_memory` and `search_wikipedia`, and answers this project's own
 * schemas. It understands nothing.
 */
export class OfflineChatModel extends BaseChatModel<CallOptions> {
  readonly model = "offline";

  constructor() {
    super({});
  }

  override _llmType() {
    return "offline";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<CallOptions>) {
    const offered = tools.map((tool) => convertToOpenAITool(tool as never).function as OfferedTool);
    return this.withConfig({ ...options, tools: offered });
  }

  /** An estimate: LangChain would download a tokenizer. */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return estimateTokens(typeof content === "string" ? content : JSON.stringify(content));
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const generations: ChatGenerationChunk[] = [];
    for await (const chunk of this._streamResponseChunks(messages, options, runManager))
      generations.push(chunk);
    return { generations: [generations.reduce((whole, chunk) => concat(whole, chunk))] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    { tools = [], signal }: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const reply = replyTo(messages, tools);
    const isText = typeof reply === "string";
    const calls = (isText ? [] : reply).map(({ name, args }, index) => ({
      type: "tool_call_chunk" as const,
      name,
      args: JSON.stringify(args),
      // Its place in the thread, so that no two calls of a thread have one id.
      id: `offline_${messages.length}_${index}`,
      index,
    }));
    const input_tokens = messages.reduce((sum, { text }) => sum + estimateTokens(text), 0);
    const output_tokens = estimateTokens(isText ? reply : JSON.stringify(reply));
    const pieces: AIMessageChunkFields<StandardMessageStructure>[] = [
      ...(isText ? (reply.match(/\S+\s*/g) ?? []) : []).map((content) => ({ content })),
      {
        content: "",
        tool_call_chunks: calls,
        usage_metadata: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
        response_metadata: { model_name: "offline", finish_reason: "stop" },
      },
    ];
    for (const piece of pieces) {
      signal?.throwIfAborted();
      const message = new AIMessageChunk(piece);
      const chunk = new ChatGenerationChunk({ message, text: message.text });
      yield chunk;
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, {
        chunk,
      });
    }
  }
}

/** What answers our own schemas, by their fields, which no tool of a user is likely to have. */
const ownAnswers = new Map<string, (request: string, system: string) => object>([
  [fieldsOf(profileAnswerSchema.shape), (text) => ({ statements: describeUser(text) })],
  [fieldsOf(profileRevisionSchema.shape), (text) => ({ revisedStatements: describeUser(text) })],
  // Nothing that counts words can tell what a message says of the answer before it.
  [
    fieldsOf(reflectionSchema.shape),
    (text) => ({ revisedStatements: describeUser(text), reactions: [] }),
  ],
  [fieldsOf(personaUpdateSchema.shape), answerUpdate],
  [fieldsOf(verdictSchema.shape), answerVerdict],
]);

/** A critique is asked for with those of its fields that can say something. */
function answererOf(fields: object = {}) {
  const names = Object.keys(fields);
  const isCritique = names.length > 0 && names.every((name) => name in critiqueSchema.shape);
  return isCritique ? answerCritique : ownAnswers.get(fieldsOf(fields));
}

function fieldsOf(fields: object = {}): string {
  return Object.keys(fields).toSorted().join(" ");
}

/** A text, or calls of tools: an answer to a schema is one. */
function replyTo(messages: readonly BaseMessage[], tools: readonly OfferedTool[]) {
  const request = messages.findLast(({ type }) => type === "human")?.text ?? "";
  for (const { name, parameters } of tools) {
    const answer = answererOf(parameters.properties);
    if (answer !== undefined) return [{ name, args: answer(request, messages[0]?.text ?? "") }];
  }
  // The prompts of paper mode are told from a conversation by what they hold and end in.
  const alone = messages.length === 1 ? request : "";
  if (/<simulated_answer>[\s\S]*\nFeedback:$/.test(alone)) return writeFeedback(alone);
  if (/^<system_prompt>[\s\S]*\nNew system prompt:$/m.test(alone)) return rewritePersona(alone);
  const turn = readTurn(messages);
  const calls = chooseTools(turn, tools);
  if (calls.length > 0) return calls;
  return turn.options === null ? answerOpen(turn) : answerClosed(turn);
}
