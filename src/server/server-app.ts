import { Hono } from "hono";
import type { PersonaAgent } from "../app/persona-agent.js";
import { refuse, unknownRoute } from "./answer-errors.js";
import { createCallerCheck } from "./caller-check.js";
import { createConsoleRoutes } from "./console/console-routes.js";
import { createHttpApp } from "./http-app.js";
import { createRequestGate } from "./request-gate.js";
import type { RequestSettings } from "../config/request-settings.js";
import { createLangGraphGuard, type GuardOptions } from "./langgraph-guard.js";

type AppOptions = Pick<GuardOptions, "signIn" | "log"> & Partial<RequestSettings>;

/** All that LangGraph's server mounts of ours: our routes, and what stands before its own. */
export function createServerApp(agent: PersonaAgent, options: GuardOptions & AppOptions): Hono {
  return createOwnRoutes(agent, options).route("/", createLangGraphGuard(options));
}

/** Our routes as a whole server, and `GET /ok`, which LangGraph's has too, for a probe without a key. */
export function createStandaloneApp(agent: PersonaAgent, options: AppOptions): Hono {
  return createOwnRoutes(agent, options)
    .get("/ok", (c) => c.json({ ok: true }))
    .all("*", (c) => refuse(c, unknownRoute(c, "one of /openapi.json"), 404));
}

/** What every request passes, the console, and the routes of all verbs. */
function createOwnRoutes(
  agent: PersonaAgent,
  { signIn, log, requestsPerMinute = null, logsRequests = false }: AppOptions,
): Hono {
  return new Hono()
    .use(createRequestGate({ signIn, log, requestsPerMinute, logsRequests }))
    .route("/", createConsoleRoutes())
    .route("/", createHttpApp(agent, { callers: createCallerCheck(signIn), log }));
}
