import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { ChatOpenAI } from "@langchain/openai";
import { parseModelSpec } from "./model-spec.js";
import { OfflineChatModel } from "./offline/offline-chat-model.js";
import { openAiConnection, type OpenAiOptions } from "./server/openai-connection.js";
import { ServerCompletions } from "./server/server-completions.js";

/**
 * The chat model that a setting names. Makes no request. It streams and counts tokens, also in streams; every call ends,
 * by a time limit or by the `signal` of its config. It throws the client's errors, which `describeModelError` explains.
 *
 * @param spec - `offline`, or `openai:<name>` for any server that speaks OpenAI's protocol.
 * @throws {PersonaAgentError} `config-invalid` for another spec, a bad address, or without a key where one is needed.
 */
export function loadChatModel(spec: string, options: OpenAiOptions = {}): BaseChatModel {
  const name = parseModelSpec(spec, "model");
  if (name === null) return new OfflineChatModel();
  // Not `streaming: true`: LangChain would count tokens itself, with tables that it downloads.
  const fields = { model: name, ...openAiConnection(options, `model ${spec}`) };
  return new ChatOpenAI({ ...fields, completions: new ServerCompletions(fields) });
}
