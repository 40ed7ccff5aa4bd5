import { once } from "node:events";
import { parseUserId } from "../../domain/user-id.js";
import { mcpFeature } from "../../server/mcp/mcp-route.js";
import { requireInstalled } from "../../system/optional-package.js";
import type { CommandContext } from "../cli-context.js";
import { withVerbs } from "../remote/with-verbs.js";

/** Serves MCP on input and output until the input ends. The output carries nothing but the protocol. */
export async function runMcp(
  { user, url }: { readonly user: string; readonly url?: string },
  context: CommandContext,
): Promise<void> {
  requireInstalled(mcpFeature);
  const owner = parseUserId(user);
  const { stdin, stdout, stderr } = context;
  const [{ createMcpServer }, { StdioServerTransport }] = await Promise.all([
    import("../../server/mcp/mcp-server.js"),
    import("@modelcontextprotocol/sdk/server/stdio.js"),
  ]);
  await withVerbs(
    context,
    { url },
    async (call) => {
      const log = (line: string) => void stderr.write(`persona-agent: ${line}\n`);
      const server = createMcpServer({ call, user: owner, log });
      const ended = once(stdin, "end");
      await server.connect(new StdioServerTransport(stdin, stdout));
      try {
        await ended;
      } finally {
        await server.close();
      }
    },
    { background: true, mustExist: false },
  );
}
