import { PersonaAgentError, type PersonaAgentErrorCode } from "../system/errors.js";

/** The body of every answer that is not a result. This shape is a contract. */
export interface HttpError {
  readonly error: { readonly code: string; readonly message: string; readonly requestId: string };
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 429 | 500 | 502 | 503;

const statuses: Partial<Record<PersonaAgentErrorCode, ErrorStatus>> = {
  "config-user-unknown": 404,
  "config-episode-unknown": 404,
  "config-version-unknown": 404,
  "config-review-none": 404,
  "config-thread-owner": 403,
  "auth-missing": 401,
  "auth-forbidden": 403,
  "auth-unavailable": 503,
  "auth-rate-limited": 429,
  "config-budget-exhausted": 422,
  "memory-alignment-running": 409,
  "memory-review-pending": 409,
  "memory-user-erased": 409,
  "memory-record-invalid": 500,
};

export function errorStatus(error: unknown): ErrorStatus {
  if (!PersonaAgentError.is(error)) return 500;
  const status = statuses[error.code];
  if (status !== undefined) return status;
  if (error.code.startsWith("config-")) return 400;
  return error.code.startsWith("model-") ? 502 : 503;
}

/** An error that is not ours is told in the log only: its message may hold anything. */
export function errorBody(error: unknown, requestId: string): HttpError {
  if (PersonaAgentError.is(error))
    return { error: { code: error.code, message: error.message, requestId } };
  const message = `Something unexpected failed; the server's log has it under ${requestId}.`;
  return { error: { code: "unexpected", message, requestId } };
}
