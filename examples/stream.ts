// The events of a turn while it runs: with `ask`, then with LangGraph's own stream.
import { createPersonaAgent } from "../src/index.js";

const agent = createPersonaAgent();
await agent.ask("ines", "I take the night train whenever there is one.");

console.log("With onEvent:");
await agent.ask("ines", "Which train do I take?", {
  onEvent: (event) => {
    if (event.kind === "text") process.stdout.write(event.text);
    else process.stdout.write(`[${event.kind}] `);
  },
});

console.log("\nWith graph.stream:");
const stream = await agent.graph.stream(
  { messages: [{ role: "user", content: "Which train do I take?" }] },
  { context: { userId: "ines" }, streamMode: ["messages", "custom"] },
);
for await (const [mode, chunk] of stream) {
  if (mode === "custom") process.stdout.write(`[${chunk.kind}] `);
  else process.stdout.write(chunk[0].text);
}
console.log();
