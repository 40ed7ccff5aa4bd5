// An agent in this process, on the offline model: nothing is installed, kept or sent anywhere.
import { createPersonaAgent } from "../src/index.js";

const agent = createPersonaAgent();
await agent.ask("ines", "I love thrillers, the more knots the better.");
await agent.ask("bo", "I love films that make the whole sofa laugh.");

for (const user of ["ines", "bo"]) {
  const turn = await agent.ask(user, "Which films do I love?");
  console.log(`${user}: ${turn.answer}`);
  console.log(`    recalled ${turn.recalled.length}, persona version ${turn.personaVersion}`);
}
