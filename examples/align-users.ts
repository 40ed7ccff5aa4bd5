// A worker that aligns whoever is due, a few users at a time and within a budget. Run it from cron, or in a loop; several
// may run on the same databases, because a user has one alignment at a time.
import PQueue from "p-queue";
import { createPersonaAgent, PersonaAgentError } from "../src/index.js";

// `openPersonaAgent(process.env)` in a service. Its other processes then turn `backgroundAlignment` off.
const agent = createPersonaAgent({ backgroundAlignment: false, backgroundReflection: false });
// Three users with a habit each, of whom one has said too little to learn from.
const days = ["a rainy morning at the harbour", "an evening by the lake", "a noisy night in town"];
const drinks = ["coffee", "cocoa", "tea"];
for (const [n, [user, answers]] of Object.entries({ hugo: 30, iris: 30, jon: 2 }).entries())
  await agent.import(
    Array.from({ length: answers }, (_, day) => ({
      user,
      query: `Pick a drink for day ${day + 1}, ${days[day % 3]}. Answer with one of: ${drinks.join(", ")}.`,
      answer: drinks[(day + n) % 3],
      at: new Date(Date.UTC(2026, 2, day + 1)).toISOString(),
    })),
  );

const due = (await agent.statuses()).filter((status) => status.due);
console.log(`due: ${due.map(({ user }) => user).join(", ")}`);
const queue = new PQueue({ concurrency: 2 });
await queue.addAll(
  due.map(({ user }) => async () => {
    try {
      const { head, iterations, usage } = await agent.align(user, {
        settings: { iterations: 1, maxCalls: 500 },
      });
      const outcome = iterations.at(-1)?.reason ?? "";
      console.log(`${user}: version ${head.version} after ${usage.calls} calls. ${outcome}`);
    } catch (error) {
      // Another worker has this user, or the budget is spent: the next round goes on from there.
      if (!PersonaAgentError.is(error)) throw error;
      console.log(`${user}: ${error.message}`);
    }
  }),
);
await agent.close();
