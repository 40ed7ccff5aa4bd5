import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, HumanMessage, isBaseMessage, type BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import { mergeConfigs, type Runnable, type RunnableConfig } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { z } from "zod";
import { addUsage, noUsage, usageOfCall, type Usage } from "../domain/usage.js";
import { PersonaAgentError } from "../errors.js";
import { repairPrompt, schemaPrompt } from "../prompts/repair.js";
import { describeModelError } from "./model-errors.js";
import { readAnswer } from "./read-answer.js";

export interface StructuredAskOptions<Answer> {
  readonly model: BaseChatModel;
  readonly messages: readonly BaseMessage[];
  /** An object's schema: providers take no other. */
  readonly schema: z.ZodType<Answer>;
  /** Names the answer to the provider: letters, digits and `_`. */
  readonly name: string;
  /** Most times the model is asked again after an answer that does not fit. */
  readonly maxRepairs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Handed to the model: callbacks, tags, metadata of the run. */
  readonly config?: RunnableConfig;
}

export interface Asked<Answer> {
  readonly answer: Answer;
  /** Of all attempts together. */
  readonly usage: Usage;
  /** Requests that were answered; 1 when the first answer fitted. */
  readonly attempts: number;
}

/** The most of a bad answer that is shown to the model again and kept in an error, in UTF-16 units. */
const shownAnswerLength = 4_000;

/**
 * Asks for an answer that fits a schema. Uses the provider's own structured output; where the provider
 * refuses that, the schema goes into the prompt. An answer that does not fit is asked for again with the
 * problem named; a refusal is not.
 *
 * @throws {PersonaAgentError} `model-output-invalid` when every repair failed or the model refused, with the
 * last answer in `details.answer` and the cost so far in `details.usage`; otherwise what `describeModelError` gives.
 */
export async function ask<Answer>(options: StructuredAskOptions<Answer>): Promise<Asked<Answer>> {
  const { model, messages, schema, name, maxRepairs = 2, signal } = options;
  const config = { ...options.config, ...(signal === undefined ? {} : { signal }) };
  // Seldom needed, and dear to make.
  const jsonSchema = () => JSON.stringify(z.toJSONSchema(schema, { io: "input" }));
  const structured = model.withStructuredOutput(schema, { name });
  const inWords = () => [
    ...messages,
    new HumanMessage(schemaPrompt.render({ schema: jsonSchema() })),
  ];

  let usage = noUsage;
  let isStructured = true;
  let conversation: readonly BaseMessage[] = messages;
  for (let attempts = 1; ; attempts++) {
    const reply = await request();
    usage = addUsage(usage, usageOfCall(reply));
    const read = readAnswer(reply, schema, name);
    if (read.kind === "answer") return { answer: read.answer, usage, attempts };
    const text = read.text.slice(0, shownAnswerLength);
    if (read.kind === "refused" || attempts > maxRepairs)
      throw new PersonaAgentError(
        "model-output-invalid",
        read.kind === "refused"
          ? "The model refused to answer; expected an answer. Change what it is asked, or use another model."
          : `The model's answer did not fit after ${attempts} attempts: ${read.problem} Try again, or use a stronger model.`,
        { details: { name, answer: text, problem: read.problem, attempts, usage } },
      );
    conversation = [
      ...messages,
      // Some servers refuse an empty message, and some two messages of one role in a row.
      new AIMessage(text.trim() === "" ? "(empty)" : text),
      new HumanMessage(repairPrompt.render({ problem: read.problem, schema: jsonSchema() })),
    ];
  }

  async function request(): Promise<AIMessage> {
    try {
      if (!isStructured) return await lastOf(model, conversation, config);
      return await lastOf(structured, conversation, config);
    } catch (error) {
      const described = describeModelError(error, signal);
      if (!isStructured || !isUnsupported(described)) throw described;
      isStructured = false;
      if (conversation === messages) conversation = inWords();
      return request();
    }
  }
}

/** A server that does not know `response_format` or forced tools refuses the request as malformed. */
function isUnsupported(error: Error): boolean {
  if (!PersonaAgentError.is(error, "model-unavailable")) return false;
  return [400, 415, 422, 501].includes(Number(error.details["status"]));
}

/**
 * The whole message, read as a stream and caught before it is parsed. Streamed, a long answer is seen to be
 * alive. Caught, because LangChain's and OpenAI's own parsers throw on a bad answer, and its text and cost
 * are lost; `includeRaw` does not help in a stream.
 */
async function lastOf(
  runnable: Runnable,
  messages: readonly BaseMessage[],
  config: RunnableConfig,
): Promise<AIMessage> {
  const catcher = new MessageCatcher();
  const caught = mergeConfigs(config, { callbacks: [catcher] });
  try {
    // A stream takes what it is not given from the node that it is begun in: the context with the user's id and the store
    // would be traced as options of the model.
    const parts = await AsyncLocalStorageProviderSingleton.runWithConfig(
      caught,
      async () => runnable.stream([...messages], caught),
      true,
    );
    for await (const _part of parts) config.signal?.throwIfAborted();
  } catch (error) {
    // With a whole message in hand, only the parser can have failed; `readAnswer` says how.
    if (catcher.message === undefined || config.signal?.aborted === true) throw error;
  }
  if (catcher.message === undefined)
    throw new Error("Received empty response from chat model call.");
  return catcher.message;
}

class MessageCatcher extends BaseCallbackHandler {
  readonly name = "message-catcher";
  override readonly awaitHandlers = true;
  message: AIMessage | undefined;

  override handleLLMEnd({ generations }: LLMResult) {
    const [generation] = generations[0] ?? [];
    const message = generation !== undefined && "message" in generation ? generation.message : null;
    if (isBaseMessage(message) && AIMessage.isInstance(message)) this.message = message;
  }
}
