import { rm } from "node:fs/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, it } from "vitest";
import { z } from "zod";
import { stillRunning } from "../../support/processes/process-tree.js";
import { compiled } from "../../support/setup/compiled.js";
import { newDataFolder } from "../../support/setup/data-folder.js";

const texts = z.array(z.object({ text: z.string() }));

it("persona-agent mcp offers one user's memory, writes nothing but the protocol, and ends with its client", async () => {
  const dataDir = await newDataFolder("persona-agent-mcp-");
  const client = new Client({ name: "test", version: "1.0.0" });
  // A line that is not of the protocol is an error of the client.
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [compiled("src/cli/main.ts"), "mcp", "--user", "ines", "--data-dir", dataDir],
    env: { ...(process.env as Record<string, string>), INDEX: "in-process" },
    stderr: "pipe",
  });
  try {
    await client.connect(transport);
    const { tools } = await client.listTools();
    for (const { inputSchema } of tools) expect(inputSchema.properties).not.toHaveProperty("user");
    await client.callTool({
      name: "remember",
      arguments: { query: "I never eat mushrooms." },
    });
    const { content } = await client.callTool({
      name: "ask",
      arguments: { message: "What do I never eat?" },
    });
    expect(JSON.parse(texts.parse(content)[1]?.text ?? "")).toMatchObject({
      user: "ines",
      answer: expect.stringContaining("I never eat mushrooms"),
    });
    // The user is the command line's.
    const other = await client.callTool({
      name: "search",
      arguments: { user: "bo", text: "mushrooms" },
    });
    expect(other.isError).toBe(true);
    const { pid } = transport;
    await client.close();
    expect(stillRunning(pid === null ? [] : [pid])).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await client.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
