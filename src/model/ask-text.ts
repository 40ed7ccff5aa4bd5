import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import { type Usage, usageOfCall } from "../domain/usage.js";
import { describeModelError } from "./model-errors.js";
import { withoutThinking } from "./server/incoming/thinking.js";

/**
 * One request in one message, and free text back; empty when the model said nothing.
 *
 * @throws {PersonaAgentError} What `describeModelError` gives.
 */
export async function askText(
  model: Pick<BaseChatModel, "invoke">,
  request: string,
  config: RunnableConfig = {},
): Promise<{ readonly text: string; readonly usage: Usage }> {
  try {
    const message = await model.invoke([new HumanMessage(request)], config);
    return { text: withoutThinking(message.text), usage: usageOfCall(message) };
  } catch (error) {
    throw describeModelError(error, config.signal);
  }
}
