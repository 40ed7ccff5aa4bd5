import {
  ChromaClient,
  ChromaConnectionError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaUnauthorizedError,
} from "chromadb";
import { PersonaAgentError } from "../../system/errors.js";
import { TimeLimitError, withTimeLimit } from "../../system/time-limit.js";
import type { ChromaAddress } from "./chroma-address.js";

/** Requests to one Chroma server, each with a time limit. */
export interface ChromaConnection {
  /**
   * @param request - Sends one or several requests; the limit is for all of them together.
   * @throws {PersonaAgentError} `memory-index-unavailable`; the client's error is the cause.
   */
  send<Result>(request: (client: ChromaClient) => Promise<Result>): Promise<Result>;
}

/**
 * @param options.token - Sent as a bearer token and as Chroma's own header; servers read one or the other.
 * @param options.timeoutMs - In milliseconds.
 */
export function connectToChroma(
  { host, port, ssl, url }: ChromaAddress,
  { token, timeoutMs }: { readonly token?: string | undefined; readonly timeoutMs: number },
): ChromaConnection {
  const headers =
    token === undefined ? {} : { authorization: `Bearer ${token}`, "x-chroma-token": token };
  let limits: ServerLimits | undefined;
  return {
    async send(request) {
      try {
        return await withTimeLimit(
          async (signal) => {
            const fetchOptions = { signal };
            const client = new OneRequestClient({ host, port, ssl, headers, fetchOptions }, limits);
            const result = await request(client);
            limits = client.preflightChecks;
            return result;
          },
          { timeoutMs },
        );
      } catch (error) {
        // The server may come back in another version.
        limits = undefined;
        throw unavailable(url, error);
      }
    },
  };
}

/** Whether a request failed because its collection no longer exists. */
export function isCollectionGone(error: unknown): boolean {
  return PersonaAgentError.is(error) && error.cause instanceof ChromaNotFoundError;
}

/**
 * Whether a file of the collection ends too early, as a server leaves it that is killed while it writes: then every request
 * on the collection fails, for good. Other failures to open a collection may pass.
 */
export function isCollectionBroken(error: unknown): boolean {
  return (
    PersonaAgentError.is(error) &&
    error.cause instanceof Error &&
    error.cause.message.includes("Error deserializing pickle file")
  );
}

type ServerLimits = ChromaClient["preflightChecks"];

/** A client keeps its abort signal for life, so each request has its own; it reuses the server's limits. */
class OneRequestClient extends ChromaClient {
  constructor(options: ConstructorParameters<typeof ChromaClient>[0], limits: ServerLimits) {
    super(options);
    this.preflightChecks = limits;
  }
}

function unavailable(url: string, error: unknown) {
  const { problem, action } = explain(error);
  return new PersonaAgentError(
    "memory-index-unavailable",
    `The Chroma server at ${url} ${problem}; expected it to take requests. ${action}`,
    { cause: error, details: { url } },
  );
}

function explain(error: unknown) {
  if (error instanceof TimeLimitError)
    return {
      problem: `gave no answer within ${error.timeoutMs} ms`,
      action: "Check whether it is overloaded.",
    };
  if (error instanceof ChromaConnectionError)
    return {
      problem: "cannot be reached",
      action: "Start it, correct CHROMA_URL, or leave CHROMA_URL out to use the embedded Chroma.",
    };
  if (error instanceof ChromaUnauthorizedError || error instanceof ChromaForbiddenError)
    return { problem: "refused us", action: "Correct CHROMA_TOKEN." };
  const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
  return {
    problem: `failed (${reason.slice(0, 300)})`,
    action: "Read its log, and check that CHROMA_URL is the address of a Chroma server.",
  };
}
