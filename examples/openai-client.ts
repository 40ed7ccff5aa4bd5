// A personal agent for whatever speaks OpenAI's protocol: only the base URL is another. `user` says who is talking.
import OpenAI from "openai";
import { serverUrl } from "./loopback/dev-server.js";

const openai = new OpenAI({ baseURL: `${serverUrl}/v1`, apiKey: "none" });

async function say(user: string, content: string): Promise<void> {
  const stream = await openai.chat.completions.create({
    model: "persona-agent",
    user,
    stream: true,
    messages: [{ role: "user", content }],
  });
  process.stdout.write(`${user}: `);
  for await (const { choices } of stream) process.stdout.write(choices[0]?.delta.content ?? "");
  console.log();
}

await say("carla", "I take my coffee without sugar.");
// Another conversation: what the first one said is remembered, for this user alone.
await say("carla", "How do I take my coffee?");
await say("dario", "How do I take my coffee?");
