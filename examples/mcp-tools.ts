// Tools of an MCP server. The configuration is that of every MCP client: commands to start, or URLs to connect to.
import { fileURLToPath } from "node:url";
import { AIMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { createPersonaAgent } from "../src/index.js";
import { loadMcpTools } from "../src/tools/load-mcp-tools.js";

const mcp = await loadMcpTools({
  mcpServers: {
    tides: {
      command: process.execPath,
      args: ["--import", "tsx", fileURLToPath(new URL("mcp-server.ts", import.meta.url))],
    },
  },
});
try {
  const model = fakeModel()
    .respondWithTools([{ name: "high_tide", args: { harbour: "Trieste" } }])
    .respond((messages) => new AIMessage(`High tide: ${messages.at(-1)?.text}.`));
  const agent = createPersonaAgent({ model, tools: mcp.tools });
  const turn = await agent.ask("ines", "When can I swim off the pier?");
  console.log(`${turn.answer} (${turn.tools.map(({ name }) => name).join(", ")})`);
} finally {
  // Ends the server.
  await mcp.close();
}
