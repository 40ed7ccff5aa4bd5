// Anthropic's model with lasting memory. With ANTHROPIC_API_KEY set it asks Anthropic; else a server on this machine
// that speaks Anthropic's protocol and answers with the offline model.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChatAnthropic } from "@langchain/anthropic";
import { openPersonaAgent } from "../src/index.js";
import { startAnthropicServer } from "./loopback/anthropic-server.js";

const key = process.env["ANTHROPIC_API_KEY"];
const loopback = key ? null : await startAnthropicServer();
const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-example-"));
const agent = await openPersonaAgent(process.env, {
  dataDir,
  model: new ChatAnthropic({
    model: "claude-sonnet-4-5",
    apiKey: key ?? "none",
    ...(loopback && { anthropicApiUrl: loopback.url }),
  }),
  modelName: "anthropic:claude-sonnet-4-5",
});
try {
  await agent.ask("ines", "I never eat walnuts.", { threadId: "monday" });
  const turn = await agent.ask("ines", "What do I never eat?", {
    threadId: "tuesday",
    onEvent: (event) => event.kind === "text" && process.stdout.write(event.text),
  });
  console.log(`\n${agent.info.model}, ${turn.usage.calls} call, recalled ${turn.recalled.length}`);
} finally {
  await agent.close();
  await loopback?.close();
  await rm(dataDir, { recursive: true, force: true });
}
