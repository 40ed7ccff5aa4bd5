import { Hono } from "hono";
import type { PersonaAgent } from "../app/persona-agent.js";
import { createCallerCheck } from "./caller-check.js";
import { createHttpApp } from "./http-app.js";
import { createLangGraphGuard, type GuardOptions } from "./langgraph-guard.js";

/** All that LangGraph's server mounts of ours: first our routes, then what stands before its own. */
export function createServerApp(agent: PersonaAgent, options: GuardOptions): Hono {
  const { signIn, log } = options;
  return new Hono()
    .route("/", createHttpApp(agent, { callers: createCallerCheck(signIn), log }))
    .route("/", createLangGraphGuard(options));
}
