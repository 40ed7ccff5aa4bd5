import { PersonaAgentError } from "../../system/errors.js";

/** What a caller is told of a server that cannot be reached, or that refused a request; our own errors as they are. */
export function describeServerFailure(url: string, error: unknown): unknown {
  if (PersonaAgentError.is(error) || !(error instanceof Error) || error.name === "AbortError")
    return error;
  const status = "status" in error ? Number(error.status) : Number.NaN;
  const message = Number.isNaN(status)
    ? `No LangGraph server answers at ${url} (${rootCause(error)}). Start one with \`persona-agent dev\` (\`npm run dev\` in a clone), or leave out --url.`
    : `The server at ${url} answered with status ${status}: ${error.message.split("\n")[0]} Check the address.`;
  return new PersonaAgentError("config-invalid", message, { cause: error });
}

function rootCause(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error))
    return /fetch failed/.test(error.message) ? "no connection" : error.message;
  return "code" in cause ? String(cause.code) : rootCause(cause);
}
