// Memory and persona as tools of another agent, over MCP. A client that starts its servers itself runs
// `persona-agent mcp --user emil` in place of the URL.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { serverUrl } from "./loopback/dev-server.js";

const client = new Client({ name: "example", version: "1.0.0" });
const transport = new StreamableHTTPClientTransport(new URL(`${serverUrl}/mcp`), {
  requestInit: { headers: { "x-user-id": "emil" } },
});
await client.connect(transport as Transport);
const { tools } = await client.listTools();
for (const { name, description } of tools) console.log(`${name}: ${description}`);

const call = async (name: string, input: Record<string, unknown>) => {
  const { content } = await client.callTool({ name, arguments: input });
  return (content as { readonly text: string }[]).map(({ text }) => text);
};
await call("remember", { query: "I never fly; I take the night train.", id: "note-4" });
// The first part says that the second is data: it holds what a user once wrote.
const [note, found] = await call("search", { text: "How do I travel?", limit: 1 });
console.log(`${note}\n${found}`);
await client.close();
