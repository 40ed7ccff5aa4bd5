/**
 * A real MCP server over stdio, run as a program: `node mcp-server.js <name>`. Its tools
 * succeed, fail, hang, and tell its process id.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const name = process.argv[2] ?? "test";
const server = new McpServer({ name, version: "1.0.0" });

server.registerTool(
  "add",
  { description: "Adds two numbers.", inputSchema: { a: z.number(), b: z.number() } },
  async ({ a, b }) => ({ content: [{ type: "text", text: `${name}: ${a + b}` }] }),
);
server.registerTool("fail", { description: "Always fails." }, async () => ({
  isError: true,
  content: [{ type: "text", text: "The disk is full." }],
}));
server.registerTool("hang", { description: "Never answers." }, async () => {
  return new Promise<never>(() => undefined);
});
server.registerTool(`only.${name}.pid`, { description: "The process id." }, async () => ({
  content: [{ type: "text", text: String(process.pid) }],
}));

await server.connect(new StdioServerTransport());
