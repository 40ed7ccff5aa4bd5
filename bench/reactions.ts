/**
 * What a persona learns from a user who never gives feedback and only reacts in conversation, over HTTP with a scripted
 * model: 30 turns, with a planted preference or with reactions at random. Fixed seeds. Run by hand; prints the table of
 * docs/decisions/0021-reflection.md:
 *
 *   npx tsx bench/reactions.ts [--users 20] [--only random]
 */
import { parseArgs } from "node:util";
import { startConversationModel } from "../test/support/models/conversation-model.js";
import { type ReactionTrial, runReactionTrial } from "../test/support/users/reacting-user.js";

const { values } = parseArgs({
  options: { users: { type: "string", default: "20" }, only: { type: "string", default: "" } },
});
const server = await startConversationModel();

console.log("| reactions | users | inferred answers a user | validated updates | learned |");
console.log("| --- | --: | --: | --: | --: |");
for (const reactions of ["planted", "random"] as const) {
  if (!reactions.includes(values.only)) continue;
  const trials: ReactionTrial[] = [];
  for (let seed = 1; seed <= Number(values.users); seed++)
    trials.push(await runReactionTrial(server.url, reactions, seed));
  const sum = (count: (trial: (typeof trials)[number]) => number) =>
    trials.reduce((all, trial) => all + count(trial), 0);
  const cells = [
    reactions,
    trials.length,
    (sum(({ answers }) => answers) / trials.length).toFixed(1),
    sum(({ proposals }) => proposals),
    sum(({ learned }) => Number(learned)),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
await server.close();
