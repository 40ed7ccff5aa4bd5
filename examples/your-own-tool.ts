// A LangChain tool of your own, and who may use it. `fakeModel` is LangChain's and makes the calls below;
// with a key, take `loadChatModel("openai:gpt-4o-mini", { openaiApiKey: process.env.OPENAI_API_KEY })`.
import { AIMessage } from "@langchain/core/messages";
import { fakeModel } from "@langchain/core/testing";
import { tool } from "@langchain/core/tools";
import { z } from "zod";
import { createPersonaAgent } from "../src/index.js";

const bookTable = tool(({ people, hour }) => `Booked: ${people} people at ${hour}:00.`, {
  name: "book_table",
  description: "Books a table in the canteen.",
  schema: z.object({ people: z.number().int(), hour: z.number().int() }),
});

const call = { name: "book_table", args: { people: 2, hour: 19 } };
const model = fakeModel()
  .respondWithTools([call])
  .respond(new AIMessage("Your table for two is booked."))
  .respondWithTools([call])
  .respond(new AIMessage("I cannot book tables for you."));

const agent = createPersonaAgent({
  model,
  tools: [bookTable],
  allowedToolsFor: (userId) => (userId === "guest" ? ["recall_memory"] : undefined),
});

for (const user of ["ines", "guest"]) {
  const turn = await agent.ask(user, "A table for two at seven, please.");
  const called = turn.tools.map(({ name, ok }) => `${name} ${ok ? "worked" : "was refused"}`);
  console.log(`${user}: ${turn.answer} (${called.join(", ")})`);
}
