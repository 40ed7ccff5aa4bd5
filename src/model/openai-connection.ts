import type { ClientOptions } from "@langchain/openai";
import { PersonaAgentError } from "../errors.js";
import { createResilientFetch } from "./resilient-fetch.js";

/** How to reach a server that talks OpenAI's protocol. Times in milliseconds. */
export interface OpenAiOptions {
  /** Needed by OpenAI itself; servers named by `openaiBaseUrl` often need none. */
  readonly openaiApiKey?: string | undefined;
  /** Where the protocol's paths begin, as in `http://localhost:11434/v1`. OpenAI's own unless given. */
  readonly openaiBaseUrl?: string | undefined;
  /** Longest silence: until an answer begins, and between two pieces of it. */
  readonly timeoutMs?: number;
  /** Longest one call may take: every try, every wait and the whole answer. */
  readonly callTimeoutMs?: number;
  /** Most tries after the first, of a call that found no connection or met 408, 429 or 5xx. */
  readonly maxRetries?: number;
  /** Wait before the first retry where the server names none; doubled each time. */
  readonly backoffMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** What LangChain's OpenAI classes take. */
export interface OpenAiConnection {
  readonly apiKey: string;
  readonly maxRetries: number;
  readonly timeout: number;
  readonly configuration: ClientOptions;
}

const openAiUrl = "https://api.openai.com/v1";
const maxRetryWaitMs = 60_000;

/**
 * One connection for chat and embeddings. Key and address are never left for the client to look up in the
 * environment.
 *
 * @param setting - What asks for the connection, for the message.
 * @throws {PersonaAgentError} `config-invalid` without a key where one is needed, or for a bad address.
 */
export function openAiConnection(
  {
    openaiApiKey,
    openaiBaseUrl,
    timeoutMs = 120_000,
    callTimeoutMs = 600_000,
    maxRetries = 2,
    backoffMs = 500,
    now = Date.now,
  }: OpenAiOptions,
  setting: string,
): OpenAiConnection {
  const apiKey = blankToUndefined(openaiApiKey);
  const baseUrl = blankToUndefined(openaiBaseUrl);
  if (apiKey === undefined && baseUrl === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The ${setting} is OpenAI's but there is no key; expected one. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none, or choose \`offline\`.`,
    );
  return {
    apiKey: apiKey ?? "none",
    // Retries and time limits are all in the fetch; the client's own timeout is only kept out of its way.
    maxRetries: 0,
    timeout: callTimeoutMs + 10_000,
    configuration: {
      baseURL: parseBaseUrl(baseUrl ?? openAiUrl),
      // The client prints broken answers to the console otherwise.
      logLevel: "off",
      fetch: createResilientFetch({
        timeoutMs,
        callTimeoutMs,
        maxRetries,
        maxRetryWaitMs,
        backoffMs,
        apiKey,
        now,
      }),
    },
  };
}

function parseBaseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new PersonaAgentError(
    "config-invalid",
    `OPENAI_BASE_URL ${JSON.stringify(text.slice(0, 80))} is not an address; expected one like http://localhost:11434/v1. Correct it.`,
  );
}

/** A variable that is set to nothing is how a shell unsets it for one command. */
function blankToUndefined(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
