import {
  ChromaClient,
  ChromaConnectionError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaUnauthorizedError,
} from "chromadb";
import { PersonaAgentError } from "../../errors.js";
import type { ChromaAddress } from "./chroma-address.js";

/** Requests to one Chroma server, each with a time limit and each failing with one code. */
export interface ChromaConnection {
  /**
   * @param request - Sends one request or a few; the limit is for all of them together.
   * @throws {PersonaAgentError} `memory-index-unavailable`; the client's error is the cause.
   */
  send<Result>(request: (client: ChromaClient) => Promise<Result>): Promise<Result>;
}

/** @param options.token - Sent as a bearer token and as Chroma's own header; servers read one or the other. */
export function connectToChroma(
  address: ChromaAddress,
  { token, timeoutMs }: { readonly token?: string | undefined; readonly timeoutMs: number },
): ChromaConnection {
  const headers =
    token === undefined ? {} : { authorization: `Bearer ${token}`, "x-chroma-token": token };
  let limits: ServerLimits | undefined;
  return {
    async send(request) {
      const signal = AbortSignal.timeout(timeoutMs);
      const client = new OneRequestClient(address, headers, signal, limits);
      try {
        const result = await request(client);
        limits = client.preflightChecks;
        return result;
      } catch (error) {
        // The server that comes back may be another version.
        limits = undefined;
        throw unavailable(address, error, signal.aborted ? timeoutMs : null);
      }
    },
  };
}

/** Whether a failed request failed because its collection is no longer there. */
export function isCollectionGone(error: unknown): boolean {
  return PersonaAgentError.is(error) && error.cause instanceof ChromaNotFoundError;
}

type ServerLimits = ChromaClient["preflightChecks"];

/**
 * The client takes an abort signal for its whole life only, so each request gets a client of its own. What
 * the client asks the server once and remembers is handed on, or every write would ask it again.
 */
class OneRequestClient extends ChromaClient {
  constructor(
    { host, port, ssl }: ChromaAddress,
    headers: Record<string, string>,
    signal: AbortSignal,
    limits: ServerLimits,
  ) {
    super({ host, port, ssl, headers, fetchOptions: { signal } });
    this.preflightChecks = limits;
  }
}

function unavailable({ url }: ChromaAddress, error: unknown, timedOutMs: number | null) {
  const { what, way } = explain(error, timedOutMs);
  return new PersonaAgentError(
    "memory-index-unavailable",
    `The Chroma server at ${url} ${what}; expected it to take requests. ${way}`,
    { cause: error, details: { url } },
  );
}

function explain(error: unknown, timedOutMs: number | null) {
  if (timedOutMs !== null)
    return { what: `gave no answer within ${timedOutMs} ms`, way: "See whether it is overloaded." };
  if (error instanceof ChromaConnectionError)
    return {
      what: "cannot be reached",
      way: "Start it, correct CHROMA_URL, or leave CHROMA_URL out to use the embedded Chroma.",
    };
  if (error instanceof ChromaUnauthorizedError || error instanceof ChromaForbiddenError)
    return { what: "refused us", way: "Correct CHROMA_TOKEN." };
  const told = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ");
  return {
    what: `failed (${told.slice(0, 300)})`,
    way: "Look at its log, and at CHROMA_URL: is a Chroma server there?",
  };
}
