/**
 * A turn of the agent beside what people would use instead, all on one model server that answers at once, each in a
 * process of its own, asked in turns, in another order each round.
 *
 *   npm run bench -- turns [--rounds 150] [--only mem0]
 *
 * A turn is that of a new user on a new thread, with all that the contestant does for it: recall, one answer, and writing
 * back. What a contestant does after its answer in the background is not in its time.
 */
import { parseArgs } from "node:util";
import { createRandom, shuffled } from "../src/system/seeded-random.js";
import { report } from "./report.js";
import { isReference, openContestants, warmUp } from "./side-by-side/contestants.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "150" },
    only: { type: "string", default: "" },
  },
});
const rounds = Number(values.rounds);
const random = createRandom(1);
const { starts, close } = await openContestants(values.only);
const contestants = await Promise.all(
  [...starts].map(async ([name, start]) => ({
    name,
    samples: [] as number[],
    ...(await start()),
  })),
);
try {
  for (let round = -warmUp; round < rounds; round += 1)
    for (const { order, samples } of shuffled(contestants, random)) {
      const user = `user${round + warmUp}`;
      const text = `Which lamp shall I take for number ${round + warmUp}?`;
      const { ms } = await order({ do: "turn", user, text, thread: `thread-${user}` });
      if (round >= 0) samples.push(ms);
    }
  await report(
    "turns",
    [
      {
        title: "A turn of a new user on a new thread",
        unit: "ms",
        isPaired: true,
        references: contestants.map(({ name }) => name).filter(isReference),
        rows: contestants,
      },
    ],
    `${rounds} turns each, after ${warmUp} that do not count.`,
  );
} finally {
  for (const { end } of contestants) await end();
  await close();
}
