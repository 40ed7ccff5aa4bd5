import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { z } from "zod";
import { loadChatModel } from "../model/load-chat-model.js";
import { type LoadedEmbeddings, loadEmbeddings } from "../model/load-embeddings.js";
import { givenEmbeddings } from "../model/given-embeddings.js";
import { defaultLimits, type OpenAiOptions } from "../model/server/openai-connection.js";
import { PersonaAgentError } from "../system/errors.js";
import { type AgentEnvironment, type ReadSetting, settingsOf } from "./embedded-services.js";

/** Roles with variables of their own, by the prefix; the agent's hold for the others unless they have their own. */
type RolePrefix = "MODEL" | "ALIGNMENT_MODEL" | "EMBEDDINGS";

/** Models that a program made itself. Each takes the place of the environment's. */
export interface GivenModels {
  readonly model?: BaseChatModel;
  readonly modelName?: string;
  readonly alignmentModel?: BaseChatModel;
  readonly alignmentModelName?: string;
  readonly embeddings?: EmbeddingsInterface;
  readonly embeddingsName?: string;
}

/**
 * The models of the environment, but for those that are given; a given `model` aligns too, unless the environment or the
 * caller names another for that. Sends no request.
 *
 * @throws {PersonaAgentError} `config-invalid` for an unknown name, an invalid address, number or header, or a missing
 *   key.
 */
export function loadModels(env: AgentEnvironment, given: GivenModels = {}) {
  const read = settingsOf(env);
  const connections = {
    agent: connectionOf(read, "MODEL"),
    alignment: connectionOf(read, "ALIGNMENT_MODEL"),
  };
  const loadModel = (name: string, role: keyof typeof connections) =>
    loadChatModel(name, connections[role]);
  const modelName = given.model
    ? nameOf(given.model, given.modelName)
    : (read("MODEL") ?? "offline");
  const model = given.model ?? loadModel(modelName, "agent");
  const alignmentName = read("ALIGNMENT_MODEL");
  const alignment = given.alignmentModel
    ? {
        alignmentModel: given.alignmentModel,
        alignmentModelName: nameOf(given.alignmentModel, given.alignmentModelName),
      }
    : given.model && alignmentName === undefined
      ? { alignmentModel: given.model, alignmentModelName: modelName }
      : {
          alignmentModel: loadModel(alignmentName ?? modelName, "alignment"),
          alignmentModelName: alignmentName ?? modelName,
        };
  const vectors: LoadedEmbeddings = given.embeddings
    ? givenEmbeddings(given.embeddings, given.embeddingsName)
    : loadEmbeddings(read("EMBEDDINGS") ?? "offline", {
        ...connectionOf(read, "EMBEDDINGS"),
        inputs: numberIn(read, "EMBEDDINGS_INPUTS", 1, 2_048),
        tokens: numberIn(read, "EMBEDDINGS_TOKENS", 16, 1_000_000),
      });
  return { modelName, model, ...alignment, loadModel, vectors };
}

function nameOf(model: BaseChatModel, name: string | undefined): string {
  return name ?? model._llmType();
}

function connectionOf(read: ReadSetting, prefix: RolePrefix): OpenAiOptions {
  const ownUrl = prefix === "MODEL" ? undefined : read(`${prefix}_BASE_URL`);
  // A key or a header of one server is not shown to another.
  const isShared = ownUrl === undefined;
  const ownKey = prefix === "MODEL" ? undefined : read(`${prefix}_API_KEY`);
  const number = (suffix: string, least: number, most: number) =>
    numberIn(read, `${prefix}_${suffix}`, least, most) ??
    numberIn(read, `MODEL_${suffix}`, least, most);
  const timeout = number("TIMEOUT", 1, 86_400);
  const timeoutMs = timeout === undefined ? defaultLimits.timeoutMs : timeout * 1_000;
  const callTimeout = number("CALL_TIMEOUT", 1, 86_400);
  return {
    openaiApiKey: ownKey ?? (isShared ? read("OPENAI_API_KEY") : undefined),
    openaiBaseUrl: ownUrl ?? read("OPENAI_BASE_URL"),
    baseUrlName: isShared ? "OPENAI_BASE_URL" : `${prefix}_BASE_URL`,
    headers:
      headersIn(read, `${prefix}_HEADERS`) ??
      (isShared ? headersIn(read, "MODEL_HEADERS") : undefined) ??
      {},
    timeoutMs,
    // Long enough for a first answer at the limit, and the rest of it.
    callTimeoutMs:
      callTimeout === undefined
        ? Math.max(defaultLimits.callTimeoutMs, 2 * timeoutMs)
        : callTimeout * 1_000,
    maxRetries: number("RETRIES", 0, 20) ?? defaultLimits.maxRetries,
    limitNames: { timeout: `${prefix}_TIMEOUT`, callTimeout: `${prefix}_CALL_TIMEOUT` },
  };
}

function numberIn(read: ReadSetting, name: string, least: number, most: number) {
  const text = read(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new PersonaAgentError(
    "config-invalid",
    `${name} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${most}. Correct it or unset it.`,
  );
}

const headers = z.record(
  z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/),
  z.string().regex(/^[\t\x20-\x7e]*$/),
);

function headersIn(read: ReadSetting, name: string) {
  const text = read(name);
  if (text === undefined) return undefined;
  const { success, data } = headers.safeParse(jsonIn(text));
  if (success) return data;
  throw new PersonaAgentError(
    "config-invalid",
    `${name} is no JSON object of texts; expected one like {"HTTP-Referer": "https://example.org"}. Correct it or unset it.`,
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
