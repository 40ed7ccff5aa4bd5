/**
 * How long a new process takes to its first answer, from its start: each contestant in turns, on the data of twenty turns
 * where it keeps any on the disk. Ours is plain JavaScript, as the others are.
 *
 *   npm run bench -- first-answer [--rounds 20] [--only memory]
 */
import { parseArgs } from "node:util";
import { createRandom, shuffled } from "../src/system/seeded-random.js";
import { report } from "./report.js";
import type { Contestant } from "./side-by-side/contestant.js";
import { isReference, openContestants } from "./side-by-side/contestants.js";
import { timed } from "./timing.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "20" },
    only: { type: "string", default: "" },
  },
});
const random = createRandom(1);
const ask = ({ order }: Contestant, n: number) =>
  order({ do: "turn", user: "ada", text: `Which lamp for number ${n}?`, thread: `thread ${n}` });
const { starts, close } = await openContestants(values.only);
try {
  const rows = [...starts].map(([name, start]) => ({ name, start, samples: [] as number[] }));
  for (const { start } of rows) {
    const contestant = await start();
    for (let n = 0; n < 20; n += 1) await ask(contestant, n);
    await contestant.end();
  }
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const { start, samples } of shuffled(rows, random)) {
      let contestant: Contestant | undefined;
      const ms = await timed(async () => {
        contestant = await start();
        await ask(contestant, 20 + round);
      });
      await contestant?.end();
      samples.push(ms / 1_000);
    }
  await report("first-answer", [
    {
      title: "From the start of a process to its first answer",
      unit: "s",
      isPaired: true,
      references: rows.map(({ name }) => name).filter(isReference),
      rows,
    },
  ]);
} finally {
  await close();
}
