import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { PersonaAgent } from "../app/persona-agent.js";
import { callVerb } from "../app/verbs/call-verb.js";
import { verbs } from "../contract/verbs.js";
import { PersonaAgentError } from "../system/errors.js";
import { keepAlive, nameRequest, report } from "./answering.js";
import { admitEverybody, type AskedFor, type CheckCaller } from "./caller-check.js";
import { errorBody, errorStatus } from "./http-errors.js";
import { type UserOf, namedUser } from "./named-user.js";
import { openApiDocument } from "./openapi.js";
import { addMcpRoute } from "./mcp/mcp-route.js";
import { addOpenAiRoutes } from "./openai/openai-routes.js";
import { parseBody, readInput, type VerbRoute, verbRoutes } from "./verb-request.js";

export interface HttpAppOptions {
  readonly checkCaller?: CheckCaller;
  /** The user of a call in a protocol that is not ours; `namedUser` unless given. */
  readonly userOf?: UserOf;
  /** Where errors that are not ours are told, a line each. */
  readonly log: (line: string) => void;
}

/** Largest bodies, in bytes. A message has at most 200,000 characters. */
const [mostBytes, mostImportedBytes] = [4_000_000, 512_000_000];

/** The routes of all verbs, their OpenAPI document at `/openapi.json`, and the protocols that others speak. */
export function createHttpApp(agent: PersonaAgent, options: HttpAppOptions): Hono {
  const app = new Hono();
  for (const route of verbRoutes) {
    const limit = bodyLimit({
      maxSize: route.name === "import" ? mostImportedBytes : mostBytes,
      onError: (c) => refuse(c, new PersonaAgentError("config-invalid", tooLarge), 413),
    });
    app.on(route.method, honoPath(route.path), limit, (c) => answer(c, route, agent, options));
  }
  const document = openApiDocument();
  const others = { userOf: options.userOf ?? namedUser, log: options.log };
  addOpenAiRoutes(app, agent, others);
  addMcpRoute(app, agent, others);
  app.get("/openapi.json", (c) => c.json(document));
  // Other paths are the LangGraph server's.
  for (const path of new Set(verbRoutes.map((route) => route.path))) {
    const methods = verbRoutes.filter((route) => route.path === path).map(({ method }) => method);
    app.all(honoPath(path), (c) => {
      c.header("allow", methods.join(", "));
      return refuse(c, unknownRoute(c, `${methods.join(" or ")} at this path`), 405);
    });
  }
  app.all("/users/*", (c) => refuse(c, unknownRoute(c, "one of /openapi.json"), 404));
  return app;
}

function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function unknownRoute(c: Context, expected: string): PersonaAgentError {
  const asked = `${c.req.method} ${c.req.path.slice(0, 100)}`;
  return new PersonaAgentError(
    "config-invalid",
    `There is no route ${asked}; expected ${expected}. Check path and method.`,
  );
}

const tooLarge =
  "The body is too large; expected a shorter message, or an import in parts. Send less.";

async function answer(
  c: Context,
  route: VerbRoute,
  agent: PersonaAgent,
  { checkCaller = admitEverybody, log }: HttpAppOptions,
): Promise<Response> {
  const { name } = route;
  const { signal } = c.req.raw;
  try {
    const input = readInput(route, {
      path: c.req.param() as unknown as Record<string, string>,
      query: route.usesQuery ? c.req.query() : {},
      body: route.usesQuery ? {} : parseBody(await c.req.text()),
    });
    await checkCaller(c.req.raw, { verb: name, users: usersOf(input) });
    if (verbs[name].isLong && /\btext\/event-stream\b/.test(c.req.header("accept") ?? ""))
      return streamSSE(c, async (stream) => {
        const requestId = nameRequest(c);
        const end = keepAlive(stream);
        try {
          const result = await callVerb(agent, name, input, {
            signal,
            onProgress: (progress) => void send(stream, "progress", progress),
            onDegraded: (degraded) => void send(stream, "degraded", degraded),
          });
          await send(stream, "result", result);
        } catch (error) {
          report(error, requestId, log);
          await send(stream, "error", errorBody(error, requestId));
        } finally {
          end();
        }
      });
    const result = await callVerb(agent, name, input, {
      signal,
      onDegraded: (degraded) => c.header("x-degraded", degraded.join(", ")),
    });
    nameRequest(c);
    return c.json(result as object);
  } catch (error) {
    return refuse(c, error, errorStatus(error), log);
  }
}

function usersOf({ user, items, archive }: Record<string, unknown>): AskedFor["users"] {
  if (typeof user === "string") return [user];
  const given: readonly unknown[] = Array.isArray(items) ? items : archive ? [archive] : [];
  if (given.length === 0) return "everybody";
  return [...new Set(given.map((each) => String((each as { readonly user?: unknown }).user)))];
}

function refuse(
  c: Context,
  error: unknown,
  status: ReturnType<typeof errorStatus>,
  log?: (line: string) => void,
): Response {
  const requestId = nameRequest(c);
  if (log) report(error, requestId, log);
  return c.json(errorBody(error, requestId), status);
}

function send(stream: SSEStreamingApi, event: string, data: unknown): Promise<void> {
  return stream.writeSSE({ event, data: JSON.stringify(data) });
}
