/**
 * How often rules of acceptance take proposals that are worse, no different and better. Simulated, with a fixed seed.
 * Run by hand; prints the tables of docs/decisions/0008-acceptance-rule.md and writes its plot:
 *
 *   npx tsx bench/operating-curve.ts [--proposals 2000] [--svg docs/decisions/0008-acceptance-rule.svg]
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { defaultAcceptanceRule, decideAcceptance } from "../src/domain/alignment/acceptance.js";
import type { AcceptanceEvidence } from "../src/domain/alignment/check-evidence.js";
import { type PairedComparison, compareScores } from "../src/domain/alignment/paired-comparison.js";
import { drawPlot } from "./operating-curve-plot.js";
import { createRandom } from "../src/system/seeded-random.js";
import { drawProposal, isPossible, type Situation } from "./simulated-proposals.js";

const { values } = parseArgs({
  options: {
    proposals: { type: "string", default: "2000" },
    svg: { type: "string", default: "docs/decisions/0008-acceptance-rule.svg" },
  },
});
const proposals = Number(values.proposals);
const effects = [-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2];
const standard: Situation = {
  kind: "choice",
  base: 0.6,
  effect: 0,
  churn: 0.03,
  batch: 16,
  holdout: 32,
  fit: 0.5,
};
const noise: Partial<Situation> = { noise: true, fit: 0.9 };

interface Compared {
  readonly evidence: AcceptanceEvidence;
  readonly batch: PairedComparison;
  readonly holdout: PairedComparison;
}
type Rule = (compared: Compared) => boolean;

const chosenName = "chosen: margin of 4, mid-p .10";
const chosen: Rule = ({ evidence }) => decideAcceptance(evidence).accepted;
const rules: Readonly<Record<string, Rule>> = {
  "higher mean on the batch": ({ batch }) => (batch.difference ?? 0) > 0,
  "higher mean on both together": ({ batch, holdout }) =>
    (batch.difference ?? 0) * batch.items + (holdout.difference ?? 0) * holdout.items > 0,
  "higher mean on the holdout": ({ holdout }) => (holdout.difference ?? 0) > 0,
  "sign test .05, holdout": ({ holdout }) => signTest(holdout.wins, holdout.losses) <= 0.05,
  "sign test .05, both together": ({ batch, holdout }) =>
    signTest(batch.wins + holdout.wins, batch.losses + holdout.losses) <= 0.05,
  "t bound .05, holdout": ({ evidence }) => isAboveByT(evidence),
  "margin of 4, holdout": ({ holdout }) => holdout.wins - holdout.losses >= 4,
  "mid-p .05, holdout": ({ holdout }) => holdout.wins > 0 && holdout.pValue <= 0.05,
  [chosenName]: chosen,
};

function share(situation: Situation, rule: Rule): number {
  if (!isPossible(situation)) return Number.NaN;
  const random = createRandom(20_261_123);
  let accepted = 0;
  for (let drawn = 0; drawn < proposals; drawn++) {
    const evidence = drawProposal(situation, random);
    const batch = compareScores(evidence.batch);
    if (rule({ evidence, batch, holdout: compareScores(evidence.holdout) })) accepted++;
  }
  return accepted / proposals;
}

/** The exact sign test, one-sided; McNemar's exact test for answers that are right or wrong. */
function signTest(wins: number, losses: number): number {
  const trials = wins + losses;
  let ways = 1;
  let sum = 0;
  for (let count = 0; count <= trials; count++) {
    if (count >= wins) sum += ways;
    ways = (ways * (trials - count)) / (count + 1);
  }
  return sum / 2 ** trials;
}

/** Whether the 95 % lower bound of the mean difference is above 0, by Student's t. */
function isAboveByT({ holdout }: AcceptanceEvidence): boolean {
  const count = holdout.length;
  if (count < 2) return false;
  const differences = holdout.map(
    ({ parent, candidate }) => (candidate[0] ?? 0) - (parent[0] ?? 0),
  );
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance =
    differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) / count;
  // Cornish-Fisher's expansion of the quantile; within 0.01 from three degrees of freedom on.
  const z = 1.6449;
  const freedom = count - 1;
  const quantile =
    z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
  return mean > quantile * Math.sqrt(variance);
}

/**
 * Calls of the model for judging one candidate, on average: the candidate's on the batch, and both personas' on the
 * holdout where nothing is known of the parent there.
 */
function callsOf(
  situation: Situation,
  { screensBatch, block }: { readonly screensBatch: boolean; readonly block: number },
): number {
  const random = createRandom(20_261_124);
  let calls = 0;
  for (let drawn = 0; drawn < proposals; drawn++) {
    const { batch, holdout } = drawProposal(situation, random);
    calls += batch.length;
    if (screensBatch && decideAcceptance({ batch, holdout: [] }).outcome === "worse-on-batch")
      continue;
    let asked = 0;
    while (asked < holdout.length) {
      asked = Math.min(asked + block, holdout.length);
      const { wins, losses } = compareScores(holdout.slice(0, asked));
      const rest = holdout.length - asked;
      const atBest = wouldAccept(wins + rest, losses, holdout.length);
      const atWorst = wouldAccept(wins, losses + rest, holdout.length);
      if (atBest === atWorst) break;
    }
    calls += 2 * asked;
  }
  return calls / proposals;
}

const acceptedCounts = new Map<string, boolean>();
function wouldAccept(wins: number, losses: number, items: number): boolean {
  const key = `${wins} ${losses} ${items}`;
  const known = acceptedCounts.get(key);
  if (known !== undefined) return known;
  const holdout = Array.from({ length: items }, (_, place) => ({
    item: String(place),
    parent: [place < wins ? 0 : 1],
    candidate: [place >= wins && place < wins + losses ? 0 : 1],
  }));
  const { accepted } = decideAcceptance({ batch: [], holdout });
  acceptedCounts.set(key, accepted);
  return accepted;
}

function percent(value: number): string {
  return Number.isNaN(value) ? "–" : (100 * value).toFixed(value < 0.0995 ? 1 : 0);
}

function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]) {
  console.log(`\n${title}\n`);
  console.log(`| ${head.join(" | ")} |`);
  console.log(`| ${head.map((_, place) => (place === 0 ? "---" : "--:")).join(" | ")} |`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

const points = effects.map((effect) => `${effect > 0 ? "+" : ""}${Math.round(effect * 100)}`);
const acrossEffects = (situation: Situation, rule: Rule) =>
  effects.map((effect) => share({ ...situation, effect }, rule));

console.log(`Share accepted in %, ${proposals} proposals a cell.`);

for (const kind of ["choice", "rating"] as const)
  printTable(
    `Rules (${kind}, batch 16, holdout 32, base 60 %, churn 3 %)`,
    ["rule", ...points, "noise"],
    Object.entries(rules).map(([name, rule]) => [
      name,
      ...acrossEffects({ ...standard, kind }, rule).map(percent),
      percent(share({ ...standard, kind, ...noise }, rule)),
    ]),
  );

printTable(
  "Rules where much changes for nothing (batch 16, holdout 32)",
  ["rule", "choice, churn 10 %: -10", "0", "+20", "churn 20 %: -10", "0", "+20", "text: 0"],
  ["t bound .05, holdout", "margin of 4, holdout", "mid-p .05, holdout", chosenName].map((name) => {
    const rule = rules[name] ?? chosen;
    const at = (change: Partial<Situation>) => percent(share({ ...standard, ...change }, rule));
    return [
      name,
      ...[0.1, 0.2].flatMap((churn) => [-0.1, 0, 0.2].map((effect) => at({ churn, effect }))),
      at({ kind: "text", churn: 0 }),
    ];
  }),
);

printTable(
  "Chosen rule by batch and holdout (choice, base 60 %)",
  ["batch, holdout", ...points, "noise", "calls at -10", "at 0", "at +20"],
  [3, 8, 16].flatMap((batch) =>
    [0, 8, 16, 32, 64].map((holdout) => {
      const situation = { ...standard, batch, holdout };
      const calls = (effect: number) =>
        callsOf({ ...situation, effect }, { screensBatch: true, block: 1_000 }).toFixed(0);
      return [
        `${batch}, ${holdout}`,
        ...acrossEffects(situation, chosen).map(percent),
        percent(share({ ...situation, ...noise }, chosen)),
        calls(-0.1),
        calls(0),
        calls(0.2),
      ];
    }),
  ),
);

printTable(
  "Chosen rule by base accuracy and churn (batch 16, holdout 32)",
  ["kind, base, churn", ...points, "noise"],
  (["choice", "rating"] as const).flatMap((kind) =>
    [0.3, 0.6, 0.9].flatMap((base) =>
      [0, 0.03, 0.05, 0.1].map((churn) => {
        const situation = { ...standard, kind, base, churn };
        return [
          `${kind}, ${base * 100} %, ${churn * 100} %`,
          ...acrossEffects(situation, chosen).map(percent),
          percent(share({ ...situation, ...noise }, chosen)),
        ];
      }),
    ),
  ),
);

printTable(
  "Few items: the chosen rule for large gains (choice, base 30 %, batch 8)",
  ["holdout", "-20", "0", "+20", "+30", "+40", "+50", "+60"],
  [4, 8, 12, 16, 24].map((holdout) => [
    String(holdout),
    ...[-0.2, 0, 0.2, 0.3, 0.4, 0.5, 0.6].map((effect) =>
      percent(share({ ...standard, base: 0.3, batch: 8, holdout, effect }, chosen)),
    ),
  ]),
);

printTable(
  "How much the candidate fits its batch (effect 0, batch 16, holdout 32)",
  ["fit", "mean on the batch", "both together", "holdout", "chosen"],
  [0, 0.25, 0.5, 0.75, 1].map((fit) => [
    `${fit * 100} %`,
    ...[
      "higher mean on the batch",
      "sign test .05, both together",
      "sign test .05, holdout",
      chosenName,
    ].map((name) => percent(share({ ...standard, fit }, rules[name] ?? chosen))),
  ]),
);

printTable(
  "A model that samples: one answer in ten flips (choice, batch 16)",
  ["holdout, repeats, level", "-10", "0", "+10", "+20", "noise", "calls"],
  [0.1, 0.05].flatMap((level) =>
    [
      [32, 1],
      [32, 3],
      [32, 5],
      [96, 1],
    ].map(([holdout = 32, repeats = 1]) => {
      const situation = { ...standard, holdout, repeats, flips: 0.1 };
      const rule: Rule = ({ evidence }) =>
        decideAcceptance(evidence, { ...defaultAcceptanceRule, significanceLevel: level }).accepted;
      return [
        `${holdout}, ${repeats}, ${level}`,
        ...[-0.1, 0, 0.1, 0.2].map((effect) => percent(share({ ...situation, effect }, rule))),
        percent(share({ ...situation, ...noise }, rule)),
        String(repeats * (16 + 2 * holdout)),
      ];
    }),
  ),
);

printTable(
  "Texts: every score differs a little (effect in points of the score, batch 16)",
  ["holdout", ...points],
  [8, 16, 32].map((holdout) => [
    String(holdout),
    ...acrossEffects({ ...standard, kind: "text", holdout, churn: 0 }, chosen).map(percent),
  ]),
);

printTable(
  "Calls for one candidate, nothing known of its parent on the holdout (batch 16, holdout 32)",
  ["asked", "-20", "-10", "0", "+10", "+20"],
  [
    { name: "everything at once", screensBatch: false, block: 1_000 },
    { name: "batch first", screensBatch: true, block: 1_000 },
    { name: "batch, then holdout by 16 until settled", screensBatch: true, block: 16 },
    { name: "batch, then holdout by 8 until settled", screensBatch: true, block: 8 },
  ].map(({ name, ...way }) => [
    name,
    ...[-0.2, -0.1, 0, 0.1, 0.2].map((effect) => callsOf({ ...standard, effect }, way).toFixed(0)),
  ]),
);

const curve = (name: string, situation: Situation, rule: Rule) => ({
  name,
  shares: acrossEffects(situation, rule),
});
await writeFile(
  values.svg,
  drawPlot(effects, [
    {
      title: "Rules at batch 16, holdout 32",
      curves: Object.entries(rules)
        .filter(([name]) => !/mid-p .05|sign test .05, both/.test(name))
        .map(([name, rule]) => curve(name, standard, rule)),
    },
    {
      title: "The chosen rule by holdout, batch 16",
      curves: [8, 16, 32, 64].map((holdout) =>
        curve(`holdout ${holdout}`, { ...standard, holdout }, chosen),
      ),
    },
    {
      title: "The chosen rule by churn, 16 and 32",
      curves: [0, 0.03, 0.05, 0.1].map((churn) =>
        curve(`churn ${churn * 100} %`, { ...standard, churn }, chosen),
      ),
    },
  ]),
);
console.log(`\nWrote ${values.svg}`);
