// Google's model with lasting memory. With GOOGLE_API_KEY set it asks Google; else a server on this
// machine that speaks Google's protocol and answers with the offline model.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChatGoogle } from "@langchain/google";
import { openPersonaAgent } from "../src/index.js";
import { googleClientOf, startGoogleServer } from "./loopback/google-server.js";

const key = process.env["GOOGLE_API_KEY"];
const loopback = key ? null : await startGoogleServer();
const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-example-"));
const agent = await openPersonaAgent(process.env, {
  dataDir,
  model: new ChatGoogle({
    model: "gemini-2.5-flash",
    ...(loopback ? { apiClient: googleClientOf(loopback) } : { apiKey: key ?? "" }),
  }),
  modelName: "google:gemini-2.5-flash",
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
