import type { ClientOptions } from "@langchain/openai";
import { PersonaAgentError } from "../system/errors.js";
import { type RequestLimits, createResilientFetch } from "./resilient-fetch.js";

/** How to reach a server that speaks OpenAI's protocol. */
export interface OpenAiOptions extends Partial<RequestLimits> {
  /** Needed by OpenAI itself; servers named by `openaiBaseUrl` often need none. */
  readonly openaiApiKey?: string | undefined;
  /** Where the protocol's paths begin, as in `http://localhost:11434/v1`. OpenAI's own unless given. */
  readonly openaiBaseUrl?: string | undefined;
}

const openAiUrl = "https://api.openai.com/v1";

/**
 * One connection for chat and embeddings, in the options of LangChain's OpenAI classes. The client never looks up key
 * or address in the environment itself.
 *
 * @param setting - What needs the connection, for the message.
 * @throws {PersonaAgentError} `config-invalid` without a key where one is needed, or for a bad address.
 */
export function openAiConnection(
  { openaiApiKey, openaiBaseUrl, ...limits }: OpenAiOptions,
  setting: string,
) {
  const apiKey = blankToUndefined(openaiApiKey);
  const baseUrl = blankToUndefined(openaiBaseUrl);
  if (apiKey === undefined && baseUrl === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The ${setting} is OpenAI's but there is no key; expected one. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none, or choose \`offline\`.`,
    );
  const { timeoutMs = 120_000, callTimeoutMs = 600_000, maxRetries = 2 } = limits;
  const { backoffMs = 500, now = Date.now } = limits;
  const callLimits = { timeoutMs, callTimeoutMs, maxRetries, backoffMs, now };
  const configuration: ClientOptions = {
    baseURL: parseBaseUrl(baseUrl ?? openAiUrl),
    // Otherwise the client prints broken answers to the console.
    logLevel: "off",
    fetch: createResilientFetch({ ...callLimits, apiKey }),
  };
  // Retries and time limits are in the fetch; the client's own timeout must not come first.
  return {
    apiKey: apiKey ?? "none",
    maxRetries: 0,
    timeout: callTimeoutMs + 10_000,
    configuration,
  };
}

function parseBaseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new PersonaAgentError(
    "config-invalid",
    `OPENAI_BASE_URL ${JSON.stringify(text.slice(0, 80))} is not an address; expected one like http://localhost:11434/v1. Correct it.`,
  );
}

/** A shell unsets a variable for one command by setting it to nothing. */
function blankToUndefined(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
