import type { ClientOptions } from "@langchain/openai";
import { PersonaAgentError } from "../../system/errors.js";
import { blotKeys, blotterOf } from "./blot-keys.js";
import type { RequestLimits } from "./call-watch.js";
import { createServerFetch } from "./server-fetch.js";

/** How to reach a server that speaks OpenAI's protocol. */
export interface OpenAiOptions extends Partial<RequestLimits> {
  /** Needed by OpenAI itself; servers named by `openaiBaseUrl` often need none. */
  readonly openaiApiKey?: string | undefined;
  /** Where the protocol's paths begin, as in `http://localhost:11434/v1`. OpenAI's own unless given. */
  readonly openaiBaseUrl?: string | undefined;
  /** What the address was given in, for the message; `OPENAI_BASE_URL` unless given. */
  readonly baseUrlName?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

const openAiUrl = "https://api.openai.com/v1";

/** The limits that hold unless others are given. */
export const defaultLimits: RequestLimits = {
  timeoutMs: 120_000,
  callTimeoutMs: 600_000,
  maxRetries: 2,
  backoffMs: 500,
  now: Date.now,
  limitNames: { timeout: "the option `timeoutMs`", callTimeout: "the option `callTimeoutMs`" },
};

/**
 * One connection for chat and embeddings, in the options of LangChain's OpenAI classes. The client never looks up key
 * or address in the environment itself.
 *
 * @param setting - What needs the connection, for the message.
 * @throws {PersonaAgentError} `config-invalid` without a key where one is needed, or for a bad address.
 */
export function openAiConnection(
  {
    openaiApiKey,
    openaiBaseUrl,
    baseUrlName = "OPENAI_BASE_URL",
    headers = {},
    ...given
  }: OpenAiOptions,
  setting: string,
) {
  const apiKey = blankToUndefined(openaiApiKey);
  const baseUrl = blankToUndefined(openaiBaseUrl);
  if (apiKey === undefined && baseUrl === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The ${setting} is OpenAI's but there is no key; expected one. Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that needs none, or choose \`offline\`.`,
    );
  const limits = { ...defaultLimits, ...given };
  const baseURL = parseBaseUrl(baseUrl ?? openAiUrl, baseUrlName);
  const clean = blotterOf([apiKey ?? "", ...Object.values(headers)]);
  const configuration: ClientOptions = {
    baseURL,
    defaultHeaders: headers,
    // Otherwise the client prints broken answers to the console.
    logLevel: "off",
    fetch: createServerFetch({ ...limits, baseUrl: baseURL, clean }),
  };
  // Retries and time limits are in the fetch; the client's own timeout must not come first.
  return {
    apiKey: apiKey ?? "none",
    maxRetries: 0,
    timeout: limits.callTimeoutMs + 10_000,
    configuration,
  };
}

function parseBaseUrl(text: string, name: string): string {
  const refused = (problem: string) =>
    new PersonaAgentError(
      "config-invalid",
      `${name} ${problem}; expected one like http://localhost:11434/v1. Correct it.`,
    );
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw refused(`${JSON.stringify(blotKeys(text).slice(0, 80))} is not an address`);
  const { username, password, search, hash } = new URL(text);
  if (username + password !== "")
    throw refused("holds a user name or a password, which belong into a header");
  // Paths are written behind it.
  if (search + hash !== "") throw refused("is an address with `?` or `#`");
  return text;
}

/** A shell unsets a variable for one command by setting it to nothing. */
function blankToUndefined(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text.trim();
}
