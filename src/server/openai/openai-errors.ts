import { PersonaAgentError } from "../../system/errors.js";
import { errorBody, errorStatus } from "../http-errors.js";

/** An error as OpenAI's protocol has it. Its `code` is ours. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
  };
}

const types: Partial<Record<number, string>> = { 403: "permission_error", 429: "rate_limit_error" };

export function openAiError(error: unknown, requestId: string): OpenAiError {
  const status = errorStatus(error);
  const { code, message } = errorBody(error, requestId).error;
  const param = PersonaAgentError.is(error) ? error.details["param"] : null;
  const type = status >= 500 ? "server_error" : (types[status] ?? "invalid_request_error");
  return { error: { message, type, code, param: typeof param === "string" ? param : null } };
}
