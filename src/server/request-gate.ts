import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes, routePath } from "hono/route";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Caller } from "../auth/caller.js";
import { isOwnRequest } from "../auth/own-calls.js";
import type { SignIn } from "../auth/sign-in.js";
import { userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { refuse } from "./answer-errors.js";
import type { RequestSettings } from "../config/request-settings.js";

export interface GateOptions extends RequestSettings {
  readonly signIn: SignIn;
  readonly log: (line: string) => void;
}

/**
 * Stands before every route of the server, ours and LangGraph's: limits the requests of each user, and tells of each request
 * in the log, without anything that somebody wrote. Operators are not limited, as they speak for many users; nor is the
 * server itself.
 */
export function createRequestGate({
  signIn,
  requestsPerMinute,
  logsRequests,
  log,
}: GateOptions): MiddlewareHandler {
  const limiter =
    requestsPerMinute === null
      ? null
      : new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  if (limiter === null && !logsRequests) return (_c, next) => next();
  return async (c, next) => {
    const start = performance.now();
    const { headers } = c.req.raw;
    // Whoever cannot be told is refused by the route itself, which says why.
    const caller = await signIn.callerOf(headers).catch(() => null);
    const seconds = caller === null ? null : await secondsToWait(caller);
    if (seconds === null) await next();
    else {
      c.header("retry-after", String(seconds));
      c.res = refuse(c, tooMany(requestsPerMinute ?? 0, seconds), 429);
    }
    if (logsRequests && !isOwnRequest(headers)) log(JSON.stringify(told(c, caller, start)));
  };

  async function secondsToWait(caller: Caller): Promise<number | null> {
    if (limiter === null || caller.isOperator) return null;
    try {
      await limiter.consume(userKey(caller.userId));
      return null;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    }
  }
}

function told(c: Context, caller: Caller | null, start: number) {
  return {
    at: new Date().toISOString(),
    method: c.req.method,
    route: patternOf(c),
    status: c.res.status,
    // Until the answer begins; what is streamed comes after.
    ms: Math.round(performance.now() - start),
    requestId: c.res.headers.get("x-request-id"),
    caller: caller === null ? "nobody" : caller.isOperator ? "operator" : "user",
  };
}

/** As the route was declared: a path holds ids, which may be names. */
function patternOf(c: Context): string {
  const isRoute = (path: string) => path !== "*" && path !== "/*";
  const reached = routePath(c);
  if (isRoute(reached)) return reached;
  return matchedRoutes(c).find(({ path }) => isRoute(path))?.path ?? "unknown";
}

function tooMany(limit: number, seconds: number): PersonaAgentError {
  return new PersonaAgentError(
    "auth-rate-limited",
    `This user has sent more than ${limit} ${limit === 1 ? "request" : "requests"} in a minute; expected fewer. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
  );
}
