/**
 * A turn of users with a long history of their own beside a new user's, on a new thread each, in turns: the agent embedded
 * and in memory.
 *
 *   npm run bench -- own-history [--own 100,1000,10000] [--rounds 100] [--only embedded]
 */
import { parseArgs } from "node:util";
import { createRandom, shuffled } from "../src/system/seeded-random.js";
import { randomText } from "./random-text.js";
import { report } from "./report.js";
import { openContestants, warmUp } from "./side-by-side/contestants.js";
import type { BenchTable } from "./summary.js";

const { values } = parseArgs({
  options: {
    own: { type: "string", default: "100,1000,10000" },
    rounds: { type: "string", default: "100" },
    only: { type: "string", default: "" },
  },
});
const newUser = "a new user";
const random = createRandom(1);
const question = () => `Which ${randomText(14, random)}?`;
const { starts, close } = await openContestants(values.only);
try {
  const tables: BenchTable[] = [];
  for (const [name, start] of starts) {
    if (!name.startsWith("persona-agent")) continue;
    const { order, end } = await start();
    const rows: { name: string; samples: number[]; user?: string }[] = [
      { name: newUser, samples: [] },
    ];
    for (const size of values.own.split(",").map(Number)) {
      const user = `user-of-${size}`;
      for (let from = 0; from < size; from += 500) {
        const texts = Array.from({ length: Math.min(500, size - from) }, question);
        await order({ do: "fill", user, texts });
      }
      rows.push({ name: `a user of ${size}`, samples: [], user });
    }
    for (let round = -warmUp; round < Number(values.rounds); round += 1)
      for (const { user = `user${round}`, samples } of shuffled(rows, random)) {
        const thread = `thread-${user}-${round}`;
        const { ms } = await order({ do: "turn", user, text: question(), thread });
        if (round >= 0) samples.push(ms);
      }
    await end();
    tables.push({
      title: `A turn: ${name}`,
      unit: "ms",
      isPaired: true,
      references: [newUser],
      rows,
    });
  }
  await report(
    "own-history",
    tables,
    `${values.rounds} turns each, after ${warmUp} that do not count.`,
  );
} finally {
  await close();
}
