import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * What the server signs in with where it calls itself, to schedule runs and to look up whose a thread is. Made at the
 * start of the process and never written anywhere. It travels in `authorization`: LangGraph copies most other headers
 * that begin with `x-` into the run, which its user may read.
 */
const secret = randomBytes(32).toString("base64url");

export const ownCallHeaders = { authorization: `Bearer ${secret}` } as const;

/** Compares in constant time. */
export function isOwnCall(token: string): boolean {
  return timingSafeEqual(digest(token), digest(secret));
}

/** Whether the server sent a request itself. */
export function isOwnRequest(headers: Headers): boolean {
  return isOwnCall(/^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
