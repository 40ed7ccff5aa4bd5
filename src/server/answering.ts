import type { Context } from "hono";
import type { SSEStreamingApi } from "hono/streaming";
import { PersonaAgentError } from "../system/errors.js";
import { requestIdOf } from "./request-id.js";

/** Many clients give up a connection that is silent for minutes. */
const heartbeatMs = 15_000;

/** The caller's own `x-request-id`, or a new one, which the answer names too. */
export function nameRequest(c: Context): string {
  const id = requestIdOf(c.req.raw.headers);
  c.header("x-request-id", id);
  return id;
}

/** Tells an error that is not ours in the log, because its answer does not. */
export function report(error: unknown, requestId: string, log: (line: string) => void): void {
  if (PersonaAgentError.is(error)) return;
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log(`${requestId} failed: ${reason.replaceAll(/\s*\n\s*/g, " ")}`);
}

/** Sends comments, which clients skip. @returns What ends it. */
export function keepAlive(stream: SSEStreamingApi): () => void {
  const timer = setInterval(() => void stream.write(": still there\n\n"), heartbeatMs);
  return () => clearInterval(timer);
}
