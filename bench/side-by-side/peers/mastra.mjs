// Mastra's agent with memory as its documentation has it: LibSQL, the latest messages, semantic recall.
import { join } from "node:path";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { Agent } from "@mastra/core/agent";
import { LibSQLStore, LibSQLVector } from "@mastra/libsql";
import { Memory } from "@mastra/memory";
import { serveOrders } from "../serve-orders.mjs";

const [baseURL, folder] = process.argv.slice(2);
const provider = createOpenAICompatible({ name: "instant", baseURL, apiKey: "none" });
const memory = new Memory({
  storage: new LibSQLStore({ id: "store", url: `file:${join(folder, "store.db")}` }),
  vector: new LibSQLVector({ id: "vectors", url: `file:${join(folder, "vectors.db")}` }),
  embedder: provider.textEmbeddingModel("instant-384"),
  options: { lastMessages: 10, semanticRecall: { topK: 6, messageRange: 2, scope: "resource" } },
});
const agent = new Agent({
  id: "assistant",
  name: "assistant",
  instructions: "You are a helpful assistant.",
  model: { id: "instant/instant", url: baseURL, apiKey: "none" },
  memory,
});

await serveOrders({
  async turn({ user, text, thread }) {
    const { text: answer } = await agent.generate(text, {
      memory: { resource: user, thread: thread ?? `thread-of-${user}` },
    });
    return answer;
  },
});
