import { randomUUID } from "node:crypto";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { z } from "zod";
import type { CallVerb } from "../../app/verbs/verb-hooks.js";
import { type VerbInput, verbs } from "../../contract/verbs.js";
import { handedOverNote, toolsOfMemory } from "../../prompts/handed-to-agents.js";
import { report } from "../answering.js";
import { errorBody } from "../http-errors.js";
import { packageVersion } from "../verbs/openapi.js";

export interface McpServerOptions {
  /** Does a verb, here or elsewhere. */
  readonly call: CallVerb;
  /** Whose tools these are: one user, or who a call is for by what its argument `user` names. */
  readonly user: string | ((named: string | undefined) => Promise<string>);
  /** Where errors that are not ours are told, a line each. */
  readonly log: (line: string) => void;
}

/** The verbs that are tools, with their inputs. Settings and reasons are for programs that are written for this agent. */
const inputs = {
  ask: verbs.ask.input.omit({ conversation: true, settings: true, why: true }),
  remember: verbs.remember.input,
  search: verbs.search.input,
  // The author is the user: another one would be somebody's name that nobody checked.
  feedback: verbs.feedback.input.omit({ author: true }),
  persona: verbs.persona.input,
};
type ToolName = keyof typeof inputs;
const readers: readonly ToolName[] = ["search", "persona"];

/** An MCP server whose tools are verbs. Not connected yet; the caller closes it. */
export function createMcpServer({ call, user, log }: McpServerOptions): McpServer {
  const server = new McpServer(
    { name: "persona-agent", version: packageVersion() },
    { instructions: toolsOfMemory },
  );
  for (const name of Object.keys(inputs) as ToolName[]) {
    const input = inputs[name] as z.ZodObject<{ user: z.ZodString }>;
    const config = {
      description: verbs[name].meaning,
      inputSchema:
        typeof user === "string" ? input.omit({ user: true }) : input.partial({ user: true }),
      annotations: { readOnlyHint: readers.includes(name), destructiveHint: false },
    };
    server.registerTool(name, config, async (given, { signal }): Promise<CallToolResult> => {
      const { user: named, ...rest } = given as { readonly user?: string };
      try {
        const owner = typeof user === "string" ? user : await user(named);
        // The names of tools and verbs are one, which the types cannot follow through the loop.
        const full = { ...rest, user: owner } as VerbInput<"ask">;
        const result = await call(name as "ask", full, { signal });
        return { content: texts(handedOverNote, JSON.stringify(result)) };
      } catch (error) {
        signal.throwIfAborted();
        const id = randomUUID();
        report(error, id, log);
        return { isError: true, content: texts(errorBody(error, id).error.message) };
      }
    });
  }
  return server;
}

function texts(...parts: readonly string[]): CallToolResult["content"] {
  return parts.map((text) => ({ type: "text", text }));
}
