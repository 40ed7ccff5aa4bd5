import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { PersonaAgent } from "../../app/persona-agent.js";
import { callVerb } from "../../app/verbs/call-verb.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type OptionalFeature, requireInstalled } from "../../system/optional-package.js";
import { nameRequest, report } from "../answering.js";
import { errorBody, errorStatus } from "../http-errors.js";
import type { UserOf } from "../named-user.js";

export const mcpFeature: OptionalFeature = {
  what: "The MCP server",
  packages: ["@modelcontextprotocol/sdk"],
};

export interface McpRouteOptions {
  readonly userOf: UserOf;
  /** Where errors that are not ours are told, a line each. */
  readonly log: (line: string) => void;
}

const mostBytes = 4_000_000;

/**
 * MCP over streamable HTTP at `/mcp`, without sessions: each request is answered by a server of its own, so any process
 * may answer any of them.
 */
export function addMcpRoute(
  app: Hono,
  agent: PersonaAgent,
  { userOf, log }: McpRouteOptions,
): void {
  const fail = (c: Context, error: unknown, status = errorStatus(error)) => {
    const requestId = nameRequest(c);
    report(error, requestId, log);
    return c.json(errorBody(error, requestId), status);
  };
  const limit = bodyLimit({ maxSize: mostBytes, onError: (c) => fail(c, tooLarge, 413) });
  app.post("/mcp", limit, async (c) => {
    try {
      requireInstalled(mcpFeature);
      const [{ createMcpServer }, { WebStandardStreamableHTTPServerTransport: Transport }] =
        await Promise.all([
          import("./mcp-server.js"),
          import("@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"),
        ]);
      const request = c.req.raw;
      const server = createMcpServer({
        call: (...verb) => callVerb(agent, ...verb),
        user: (named) => userOf(request, named),
        log,
      });
      // A caller that goes away ends what its tools do.
      const end = () => void server.close();
      request.signal.addEventListener("abort", end);
      try {
        const transport = new Transport({ enableJsonResponse: true });
        await server.connect(transport);
        return await transport.handleRequest(request);
      } finally {
        request.signal.removeEventListener("abort", end);
        await server.close();
      }
    } catch (error) {
      return fail(c, error);
    }
  });
  app.all("/mcp", (c) => {
    c.header("allow", "POST");
    return fail(c, onlyPost, 405);
  });
}

const tooLarge = new PersonaAgentError(
  "config-invalid",
  "The body is too large; expected at most 4 MB. Send less.",
);
const onlyPost = new PersonaAgentError(
  "config-invalid",
  "MCP has no stream and no session here; expected the method POST. Send each message with it.",
);
