import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { ChatOpenAI } from "@langchain/openai";
import { parseModelSpec } from "./model-spec.js";
import { OfflineChatModel } from "./offline/offline-chat-model.js";
import { openAiConnection, type OpenAiOptions } from "./openai-connection.js";
import { RefusalKeepingCompletions } from "./openai-refusals.js";

/**
 * The chat model that a setting names. Makes no request. Streams, counts tokens in streams too, and every call
 * ends: by a time limit, or by the `signal` of its config. Its errors are the client's: `describeModelError`
 * puts them into one line.
 *
 * @param spec - `offline`, or `openai:<name>` for any server that talks OpenAI's protocol.
 * @throws {PersonaAgentError} `config-invalid` for another spec, a bad address, or without a key where one is needed.
 */
export function loadChatModel(spec: string, options: OpenAiOptions = {}): BaseChatModel {
  const parsed = parseModelSpec(spec, "model");
  if (parsed.kind === "offline") return new OfflineChatModel();
  // Not `streaming: true`: LangChain then counts tokens itself, with tables it fetches from the network.
  const fields = { model: parsed.name, ...openAiConnection(options, `model ${spec}`) };
  return new ChatOpenAI({ ...fields, completions: new RefusalKeepingCompletions(fields) });
}
