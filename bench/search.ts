/**
 * A search among one's own entries, and one of a user of twenty beside a user of so many: the agent and mem0, each in a
 * process of its own, asked in turns. The other contestants search within a turn only. Beside them stands what no search
 * of an embedded store can do without: one embedding request, a read meanwhile, and a read of what was found.
 *
 *   npm run bench -- search [--own 1000,10000] [--rounds 100] [--only mem0]
 */
import { parseArgs } from "node:util";
import { createRandom, shuffled } from "../src/system/seeded-random.js";
import { report } from "./report.js";
import { isReference, openContestants, warmUp } from "./side-by-side/contestants.js";
import type { BenchTable } from "./summary.js";

const { values } = parseArgs({
  options: {
    own: { type: "string", default: "1000" },
    rounds: { type: "string", default: "100" },
    only: { type: "string", default: "" },
  },
});
const nouns =
  "train flat bike coat lamp novel wine desk river garden window coffee film letter".split(" ");
const textsOf = (count: number, who: string) =>
  Array.from(
    { length: count },
    (_, n) => `${who} took the ${nouns[n % 14]} near the ${nouns[(n * 5 + 3) % 14]} on day ${n}.`,
  );
const random = createRandom(1);
const { starts, startFloor, close } = await openContestants(values.only);
const searching = [...starts].filter(([name]) => /persona-agent|mem0/.test(name));
const contestants = await Promise.all(
  [...searching, ["an embedding and two reads", startFloor] as const].map(
    async ([name, start]) => ({ name, ...(await start()) }),
  ),
);
try {
  const tables: BenchTable[] = [];
  for (const size of values.own.split(",").map(Number)) {
    const users = [
      { user: `large${size}`, texts: textsOf(size, "She"), of: `of one's own ${size}` },
      { user: `small${size}`, texts: textsOf(20, "He"), of: `of a user of 20 beside ${size}` },
    ];
    for (const { order } of contestants)
      for (const { user, texts } of users)
        for (let from = 0; from < texts.length; from += 500)
          await order({ do: "fill", user, texts: texts.slice(from, from + 500) });
    const asked = users.flatMap(({ user, of }) => {
      const rows = contestants.map(({ name, order }) => ({
        name,
        samples: [] as number[],
        search: (text: string) => order({ do: "search", user, text }),
      }));
      const references = rows.map(({ name }) => name).filter(isReference);
      return { title: `A search ${of}`, unit: "ms", isPaired: true, references, rows };
    });
    for (let round = -warmUp; round < Number(values.rounds); round += 1)
      for (const { samples, search } of shuffled(
        asked.flatMap(({ rows }) => rows),
        random,
      )) {
        const { ms } = await search(
          `Who took the ${nouns[(round + warmUp) % 14]} on day ${round}?`,
        );
        if (round >= 0) samples.push(ms);
      }
    tables.push(...asked);
  }
  await report(
    "search",
    tables,
    `${values.rounds} searches each, after ${warmUp} that do not count.`,
  );
} finally {
  for (const { end } of contestants) await end();
  await close();
}
