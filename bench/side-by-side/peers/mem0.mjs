// mem0's open-source library as its quick start sets it up: search, ask, add both messages. Its default stores are
// SQLite files.
import { join } from "node:path";
import { Memory } from "mem0ai/oss";
import OpenAI from "openai";
import { serveOrders } from "../serve-orders.mjs";

const [baseURL, folder] = process.argv.slice(2);
const apiKey = "none";
const dimension = 384;
const memory = new Memory({
  llm: { provider: "openai", config: { apiKey, baseURL, model: "instant" } },
  embedder: {
    provider: "openai",
    config: { apiKey, baseURL, model: "instant-384", embeddingDims: dimension },
  },
  vectorStore: {
    provider: "memory",
    config: { collectionName: "memories", dimension, dbPath: join(folder, "vectors.db") },
  },
  historyDbPath: join(folder, "history.db"),
});
const openai = new OpenAI({ apiKey, baseURL });

await serveOrders({
  async turn({ user, text }) {
    const found = await memory.search(text, { filters: { user_id: user }, topK: 6 });
    const known = found.results.map((each) => `- ${each.memory}`).join("\n");
    const { choices } = await openai.chat.completions.create({
      model: "instant",
      messages: [
        { role: "system", content: `You are a helpful assistant.\nUser memories:\n${known}` },
        { role: "user", content: text },
      ],
    });
    const answer = choices[0].message.content;
    await memory.add(
      [
        { role: "user", content: text },
        { role: "assistant", content: answer },
      ],
      { userId: user },
    );
    return answer;
  },
  async fill({ user, texts }) {
    for (const text of texts)
      await memory.add([{ role: "user", content: text }], { userId: user, infer: false });
  },
  async search({ user, text }) {
    const { results } = await memory.search(text, { filters: { user_id: user }, topK: 6 });
    return results.length;
  },
});
