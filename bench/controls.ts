/**
 * Whether the alignment graph takes what helps and leaves what does not, over HTTP with a planted model. Fixed seed. Run by
 * hand; prints a table like that of docs/decisions/0012-alignment-controls.md, a row as it is done:
 *
 *   npx tsx bench/controls.ts [--users 300] [--only "16/32"] [--further 20]
 *
 * The rows called "raced" propose three rules at once, which the graph compares: one worth +5, +10 or +20 points, one
 * worth nothing, and one worth -10. The last table is of rules worth -10 proposed alone: of the users for whom such a
 * rule is taken, found by working it out for many, each is aligned over HTTP and then asks as many further questions,
 * whose true answers are told.
 *
 * Each row has two shares: through the graph over HTTP for `users` users, and worked out for 10,000 others by the draw
 * of the batch and the acceptance rule alone. "differ" counts users for whom the graph's decision, its words, its calls
 * or its gain are not what was worked out.
 */
import { isDeepStrictEqual, parseArgs } from "node:util";
import {
  type Control,
  predictControl,
  runControl,
  type Trial,
} from "../test/support/users/controls.js";
import { ruleKinds } from "../test/support/users/planted-user.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "300" },
    only: { type: "string", default: "" },
    further: { type: "string", default: "20" },
  },
});
const predictedUsers = 10_000;

const base = {
  seed: 20_261_123,
  mode: "default",
  acceptance: "expected",
  holdout: 32,
  noise: "none",
} as const;
const paper = { ...base, mode: "paper", batch: 3, holdout: 0 } as const;
const controls: Readonly<Record<string, Omit<Control, "users">>> = {
  "positive, 16/32": { ...base, batch: 16, updates: "drawn" },
  "positive, strict, 8/32": { ...base, acceptance: "strict", batch: 8, updates: "drawn" },
  "positive, 8/32": { ...base, batch: 8, updates: "drawn" },
  "latest random, 16/32": { ...base, batch: 16, noise: "latest", updates: "by-heart" },
  "latest random, 8/32": { ...base, batch: 8, noise: "latest", updates: "by-heart" },
  "all random, 16/32": { ...base, batch: 16, noise: "all", updates: "by-heart" },
  "all random, 8/32": { ...base, batch: 8, noise: "all", updates: "by-heart" },
  ...Object.fromEntries(
    [5, 10, 20].map((right) => [
      `raced, +${right}`,
      {
        ...base,
        batch: 8,
        updates: "raced",
        effects: { right, useless: 0, harmful: -10 },
      } as const,
    ]),
  ),
  ...Object.fromEntries(
    [5, 10, 20].map((right) => [
      `alone, +${right}`,
      {
        ...base,
        batch: 8,
        updates: "drawn",
        effects: { right, useless: 0, harmful: -10 },
      } as const,
    ]),
  ),
  paper: { ...paper, updates: "drawn" },
  "paper, latest random": { ...paper, noise: "latest", updates: "by-heart" },
};

console.log(
  "| control | proposal | proposals | accepted | 95 % interval | worked out | calls | gain | differ |",
);
console.log("| --- | --- | --: | --: | --: | --: | --: | --: | --: |");
for (const [name, control] of Object.entries(controls)) {
  if (!name.includes(values.only)) continue;
  const given = { ...control, users: Number(values.users) };
  const trials = await runControl(given);
  const expected = predictControl(given);
  const differ = trials.map((trial, place) => !isDeepStrictEqual(trial, expected[place]));
  const predicted = predictControl({ ...control, seed: control.seed + 1, users: predictedUsers });
  for (const kind of ruleKinds) {
    // Of a race every user had every kind, and what is counted is which one was taken.
    const isRace = control.updates === "raced";
    const of = (all: readonly Trial[]) =>
      isRace
        ? all.map((trial) => ({ ...trial, accepted: trial.accepted && trial.kind === kind }))
        : all.filter((trial) => trial.kind === kind);
    const own = of(trials);
    if (own.length === 0) continue;
    const accepted = own.filter((trial) => trial.accepted).length;
    const cells = [
      name,
      control.updates === "by-heart" ? "by heart" : kind,
      own.length,
      `${percent(accepted / own.length)}`,
      wilson(accepted, own.length).map(percent).join(" to "),
      percent(share(of(predicted))),
      mean(own.map(({ calls }) => calls)).toFixed(0),
      points(mean(own.map(({ gain }) => gain))),
      differ.filter((isOther, place) => isOther && trials[place]?.kind === kind).length,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

if ("harmful taken".includes(values.only)) {
  const effects = { right: 20, useless: 0, harmful: -10 };
  const control = { ...base, batch: 8, updates: "drawn", effects, seed: base.seed + 2 } as const;
  const all = predictControl({ ...control, users: 2 * predictedUsers });
  const harmful = all.filter(({ kind }) => kind === "harmful");
  const taken = harmful.filter(({ accepted }) => accepted);
  const further = Number(values.further);
  const only = taken.map(({ user }) => user);
  const trials = await runControl({ ...control, users: only.length, only, further });
  const inUse = trials.filter(({ isInUse }) => isInUse === true).length;
  console.log(
    `\nOf ${harmful.length} rules worth -10, ${taken.length} are taken (${percent(share(harmful))} %, worked out); over HTTP ${trials.filter(({ accepted }) => accepted).length} of these, of which ${inUse} are in use after ${further} further true answers.`,
  );
}

function share(judged: readonly { readonly accepted: boolean }[]): number {
  return judged.filter(({ accepted }) => accepted).length / judged.length;
}

/** Wilson's interval of a share, at 95 %. */
function wilson(hits: number, count: number): [number, number] {
  const z = 1.96;
  const rate = hits / count;
  const middle = (rate + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((rate * (1 - rate)) / count + z ** 2 / (4 * count ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function percent(value: number): string {
  return (100 * value).toFixed(value < 0.0995 ? 1 : 0);
}

function points(value: number): string {
  return `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`;
}
