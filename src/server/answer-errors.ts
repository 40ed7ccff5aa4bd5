import type { Context } from "hono";
import { PersonaAgentError } from "../system/errors.js";
import { nameRequest, report } from "./answering.js";
import { errorBody, type ErrorStatus, type HttpError } from "./http-errors.js";
import { type OpenAiError, openAiError } from "./openai/openai-errors.js";

/** Largest body of a request, in bytes. A message has at most 200,000 characters. */
export const mostBytes = 4_000_000;

export const tooLarge = new PersonaAgentError(
  "config-invalid",
  "The body is too large; expected a shorter message, or an import in parts. Send less.",
);

export function unknownRoute(c: Context, expected: string): PersonaAgentError {
  const asked = `${c.req.method} ${c.req.path.slice(0, 100)}`;
  return new PersonaAgentError(
    "config-invalid",
    `There is no route ${asked}; expected ${expected}. Check path and method.`,
  );
}

const isOpenAis = (path: string) => path.startsWith("/v1/");

/** The body of an error, as the protocol of a path has it. */
export function errorOfPath(
  path: string,
  error: unknown,
  requestId: string,
): HttpError | OpenAiError {
  return isOpenAis(path) ? openAiError(error, requestId) : errorBody(error, requestId);
}

/** The answer to a request that failed, as the protocol of its path has it. Errors that are not ours are told to `log`. */
export function refuse(
  c: Context,
  error: unknown,
  status: ErrorStatus,
  log?: (line: string) => void,
): Response {
  const requestId = nameRequest(c);
  if (log) report(error, requestId, log);
  if (PersonaAgentError.is(error, "auth-missing")) c.header("www-authenticate", "Bearer");
  // OpenAI's clients would repeat the whole turn; calls of the model and of the store were repeated already.
  if (isOpenAis(c.req.path) && status !== 429) c.header("x-should-retry", "false");
  return c.json(errorOfPath(c.req.path, error, requestId), status);
}
