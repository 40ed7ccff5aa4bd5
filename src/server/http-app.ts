import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { PersonaAgent } from "../app/persona-agent.js";
import { callVerb } from "../app/verbs/call-verb.js";
import { verbs } from "../contract/verbs.js";
import { mostBytes, refuse, tooLarge, unknownRoute } from "./answer-errors.js";
import { keepAlive, nameRequest, report } from "./answering.js";
import type { CallerCheck } from "./caller-check.js";
import { errorBody, errorStatus } from "./http-errors.js";
import { openApiDocument } from "./verbs/openapi.js";
import { addMcpRoute } from "./mcp/mcp-route.js";
import { addOpenAiRoutes } from "./openai/openai-routes.js";
import { parseBody, readInput, type VerbRoute, verbRoutes } from "./verbs/verb-request.js";

export interface HttpAppOptions {
  readonly callers: CallerCheck;
  /** Where errors that are not ours are told, a line each. */
  readonly log: (line: string) => void;
}

/** Largest body of an import, in bytes. */
const mostImportedBytes = 512_000_000;

/** The routes of all verbs, their OpenAPI document at `/openapi.json`, and the protocols that others speak. */
export function createHttpApp(agent: PersonaAgent, options: HttpAppOptions): Hono {
  const app = new Hono();
  for (const route of verbRoutes) {
    const limit = bodyLimit({
      maxSize: route.name === "import" ? mostImportedBytes : mostBytes,
      onError: (c) => refuse(c, tooLarge, 413),
    });
    const check = checkCaller(route, options);
    app.on(route.method, honoPath(route.path), check, limit, (c) =>
      answer(c, route, agent, options),
    );
  }
  const document = openApiDocument();
  const others = { userOf: options.callers.userOf, log: options.log };
  const check = checkCaller(undefined, options);
  for (const path of ["/v1/*", "/mcp"]) app.use(path, check);
  addOpenAiRoutes(app, agent, others);
  addMcpRoute(app, agent, others);
  app.get("/openapi.json", check, (c) => c.json(document));
  app.get("/whoami", async (c) => {
    try {
      const caller = await options.callers.whoCalls(c.req.raw);
      nameRequest(c);
      return c.json(caller);
    } catch (error) {
      return refuse(c, error, errorStatus(error), options.log);
    }
  });
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

/** Before anything is read: whoever may not call the route sends its body in vain. */
function checkCaller(
  route: VerbRoute | undefined,
  { callers, log }: HttpAppOptions,
): MiddlewareHandler {
  const isForEverybody = route?.inPath.includes("user") === false && route.name !== "import";
  return async (c, next) => {
    try {
      const user = c.req.param("user");
      if (user !== undefined) await callers.userOf(c.req.raw, user);
      else await callers.checkUsers(c.req.raw, isForEverybody ? "everybody" : []);
    } catch (error) {
      return refuse(c, error, errorStatus(error), log);
    }
    return next();
  };
}

async function answer(
  c: Context,
  route: VerbRoute,
  agent: PersonaAgent,
  { callers, log }: HttpAppOptions,
): Promise<Response> {
  const { name } = route;
  // Who goes away ends what is under way, also while its answer is a stream.
  const gone = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, gone.signal]);
  try {
    const input = readInput(route, {
      path: c.req.param() as unknown as Record<string, string>,
      query: route.usesQuery ? c.req.query() : {},
      body: route.usesQuery ? {} : parseBody(await c.req.text()),
    });
    await callers.checkUsers(c.req.raw, usersOf(input));
    if (
      verbs[name].progress !== null &&
      /\btext\/event-stream\b/.test(c.req.header("accept") ?? "")
    )
      return streamSSE(c, async (stream) => {
        const requestId = nameRequest(c);
        stream.onAbort(() => gone.abort());
        const end = keepAlive(stream);
        try {
          const result = await callVerb(agent, name, input, {
            signal,
            onProgress: (progress) => void send(stream, "progress", progress),
            onDegraded: (degraded) => void send(stream, "degraded", degraded),
          });
          await send(stream, "result", result);
        } catch (error) {
          if (!signal.aborted) report(error, requestId, log);
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
    const isDown = verbs[name].isDown as (output: unknown) => boolean;
    return c.json(result as object, isDown(result) ? 503 : 200);
  } catch (error) {
    return refuse(c, error, errorStatus(error), log);
  }
}

/** Everybody whom the fields of a request name. An item that names nobody in text is nobody's: only an operator's. */
function usersOf({ user, author, items, archive }: Record<string, unknown>): readonly string[] {
  const given: readonly unknown[] = Array.isArray(items) ? items : archive ? [archive] : [];
  const ofItems = given.map((each) => (each as { readonly user?: unknown } | null)?.user ?? "");
  const named = [user, author].filter((name) => name !== undefined);
  return [...new Set([...named, ...ofItems])].map((name) => (typeof name === "string" ? name : ""));
}

function send(stream: SSEStreamingApi, event: string, data: unknown): Promise<void> {
  return stream.writeSSE({ event, data: JSON.stringify(data) });
}
