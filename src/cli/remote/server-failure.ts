import { z } from "zod";
import { foreignThreadMessage } from "../../nodes/agent/admit-turn.js";
import { PersonaAgentError, type PersonaAgentErrorCode } from "../../system/errors.js";

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** What a caller is told of a server that cannot be reached, or that refused a request; our own errors as they are. */
export function describeServerFailure(url: string, error: unknown): unknown {
  if (PersonaAgentError.is(error) || !(error instanceof Error) || error.name === "AbortError")
    return error;
  const status = "status" in error ? Number(error.status) : Number.NaN;
  const told = Number.isNaN(status) ? null : errorOf(jsonIn(error.message));
  if (told !== null) return told;
  // With sign-in, a server says so of a thread that another user made.
  if (status === 409) return new PersonaAgentError("config-thread-owner", foreignThreadMessage);
  const message = Number.isNaN(status)
    ? `No server answers at ${url} (${rootCause(error)}). Start one with \`persona-agent serve\` or \`persona-agent dev\` (\`npm run dev\` in a clone), or leave out --url.`
    : `The server at ${url} answered with status ${status}: ${error.message.split("\n")[0]} Check the address.`;
  return new PersonaAgentError("config-invalid", message, { cause: error });
}

/** The error in a body; `null` for what is not an error of this server. */
export function errorOf(body: unknown): Error | null {
  const { data } = errorSchema.safeParse(body);
  if (data === undefined) return null;
  const { code, message } = data.error;
  return code === "unexpected"
    ? new Error(message)
    : new PersonaAgentError(code as PersonaAgentErrorCode, message);
}

/** LangGraph's client puts the body of an answer behind its status. */
function jsonIn(message: string): unknown {
  try {
    return JSON.parse(message.slice(message.indexOf("{")));
  } catch {
    return undefined;
  }
}

function rootCause(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error))
    return /fetch failed/.test(error.message) ? "no connection" : error.message;
  return "code" in cause ? String(cause.code) : rootCause(cause);
}
