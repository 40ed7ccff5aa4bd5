/**
 * Resident memory of each contestant after many turns, each alone in a process of its own, one after the other. With what
 * it started counts: Chroma's process, of the embedded agent. PostgreSQL's own processes are not counted. Linux only.
 *
 *   npm run bench -- memory [--turns 400] [--only embedded]
 *
 * Ten turns a user, on one thread each. What keeps data on the disk begins with a folder that an earlier process made.
 */
import { parseArgs } from "node:util";
import { report } from "./report.js";
import { isReference, openContestants } from "./side-by-side/contestants.js";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "400" },
    only: { type: "string", default: "" },
  },
});
const { starts, close } = await openContestants(values.only);
try {
  const rows = [];
  for (const [name, start] of starts) {
    // Making a database takes more memory than using it, once.
    await (await start()).end();
    const { order, resident, end } = await start();
    const ready = await resident();
    for (let turn = 0; turn < Number(values.turns); turn += 1) {
      const user = `user${Math.floor(turn / 10)}`;
      const text = `Which lamp shall I take for number ${turn}?`;
      await order({ do: "turn", user, text, thread: `thread-${user}` });
    }
    const { own, started } = await resident();
    await end();
    rows.push({
      name,
      samples: [own + started],
      more: {
        "of it what it started": started,
        "before the first turn": ready.own + ready.started,
      },
    });
  }
  await report(
    "memory",
    [
      {
        title: `Resident memory after ${values.turns} turns`,
        unit: "MB",
        references: rows.map(({ name }) => name).filter(isReference),
        rows,
      },
    ],
    "One process each, so no 95th percentile. MB are 2^20 bytes.",
  );
} finally {
  await close();
}
