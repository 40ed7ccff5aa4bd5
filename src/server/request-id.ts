import { randomUUID } from "node:crypto";

/** The caller's own `x-request-id`, or a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id") ?? "";
  return /^[\w-]{1,100}$/.test(given) ? given : randomUUID();
}
