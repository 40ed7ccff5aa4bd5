import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, HumanMessage, isBaseMessage, type BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import {
  mergeConfigs,
  type Runnable,
  type RunnableConfig,
  RunnableBinding,
  RunnableSequence,
} from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { z } from "zod";
import { addUsage, noUsage, usageOfCall, type Usage, withUsage } from "../domain/usage.js";
import { PersonaAgentError } from "../system/errors.js";
import { repairPrompt, schemaPrompt } from "../prompts/repair.js";
import { describeModelError } from "./model-errors.js";
import { readAnswer } from "./read-answer.js";
import { portableSchema } from "./server/outgoing/portable-schema.js";

export interface StructuredAskOptions<Answer> {
  readonly model: BaseChatModel;
  readonly messages: readonly BaseMessage[];
  /** An object's schema: providers take no other. */
  readonly schema: z.ZodType<Answer>;
  /** Names the answer to the provider: letters, digits and `_`. */
  readonly name: string;
  /** Passed to the model: signal, callbacks, tags and metadata of the run. */
  readonly config?: RunnableConfig;
}

export interface Asked<Answer> {
  readonly answer: Answer;
  /** Of all attempts together. */
  readonly usage: Usage;
  /** Requests that got an answer; 1 when the first one fitted. */
  readonly attempts: number;
}

/** Most times the model is asked again after an answer that does not fit. */
const maxRepairs = 2;

/** Models of servers without structured output: the first refusal is enough. */
const unstructured = new WeakSet<BaseChatModel>();

/** Most of a bad answer that is shown to the model again and put into an error, in UTF-16 units. */
const shownAnswerLength = 4_000;

/**
 * Asks for an answer that fits a schema. Uses the provider's own structured output; if the provider rejects that, the
 * schema goes into the prompt. An answer that does not fit is asked for again, with the problem named; a refusal is not.
 *
 * @throws {PersonaAgentError} `model-output-invalid` when every repair failed or the model refused, with the last answer
 *   in `details.answer` and the cost so far in `details.usage`; otherwise what `describeModelError` returns.
 */
export async function ask<Answer>(options: StructuredAskOptions<Answer>): Promise<Asked<Answer>> {
  const { model, messages, schema, name, config = {} } = options;
  // Built lazily: rarely needed and expensive.
  const jsonSchema = () =>
    JSON.stringify(portableSchema(z.toJSONSchema(schema, { io: "input" }), { strict: false }));
  const structured = withoutParser(model.withStructuredOutput(schema, { name }));

  let usage = noUsage;
  const schemaMessage = () => new HumanMessage(schemaPrompt.render({ schema: jsonSchema() }));
  let isStructured = !unstructured.has(model);
  let conversation: readonly BaseMessage[] = isStructured
    ? messages
    : [...messages, schemaMessage()];
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
      return await lastOf(isStructured ? structured : model, conversation, config);
    } catch (error) {
      const described = describeModelError(error, config.signal);
      if (!isStructured || !isUnsupported(described)) throw withUsage(described, usage);
      isStructured = false;
      if (conversation === messages) conversation = [...messages, schemaMessage()];
      const reply = await request();
      unstructured.add(model);
      return reply;
    }
  }
}

/** A server without `response_format` or forced tools rejects the request as malformed; some fail, and name it. */
function isUnsupported(error: Error): boolean {
  if (!PersonaAgentError.is(error, "model-unavailable")) return false;
  if ([400, 415, 422, 501].includes(Number(error.details["status"]))) return true;
  return /response_?format|json.?schema|structured.?output|grammar|guided/i.test(
    String(error.details["said"]),
  );
}

/**
 * The model as it is asked for structure, without LangChain's parser after it: that throws on a bad answer, and at the
 * first chunk of a provider whose content is a list of blocks. `includeRaw` does not help in a stream.
 */
function withoutParser(structured: Runnable): Runnable {
  const inner = RunnableBinding.isRunnableBinding(structured) ? structured.bound : structured;
  return RunnableSequence.isRunnableSequence(inner) ? (inner.steps[0] ?? structured) : structured;
}

/**
 * The whole message, streamed, so that a long answer shows signs of life. Caught, because OpenAI's client parses too, and
 * loses the text and cost of a bad answer.
 */
async function lastOf(
  runnable: Runnable,
  messages: readonly BaseMessage[],
  config: RunnableConfig,
): Promise<AIMessage> {
  const catcher = new MessageCatcher();
  const caught = mergeConfigs(config, { callbacks: [catcher] });
  try {
    // A stream inherits from the node that starts it: without this, the context with the user's id and the store would be
    // traced as options of the model.
    const parts = await AsyncLocalStorageProviderSingleton.runWithConfig(
      caught,
      async () => runnable.stream([...messages], caught),
      true,
    );
    for await (const _part of parts) config.signal?.throwIfAborted();
  } catch (error) {
    // With a whole message, only the parser can have failed; `readAnswer` says how.
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
