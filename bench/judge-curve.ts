/**
 * How often the acceptance rule takes a candidate by the word of judges of different faults, asked in one order or in
 * both. Simulated, with a fixed seed. Run by hand; prints the table of docs/decisions/0018-pairwise-judge.md:
 *
 *   npx tsx bench/judge-curve.ts [--candidates 4000]
 */
import { parseArgs } from "node:util";
import { decideAcceptance } from "../src/domain/alignment/acceptance.js";
import { judgedScores, judgementOf, type Verdict } from "../src/domain/alignment/judgement.js";
import { createRandom } from "../src/system/seeded-random.js";

const { values } = parseArgs({ options: { candidates: { type: "string", default: "4000" } } });
const candidates = Number(values.candidates);
const sizes = { batch: 8, holdout: 32 };

/** Probabilities, 0 to 1. A judge never says "tie", the worst case. */
interface Judge {
  /** That it prefers the reply in first place, whatever the replies. */
  readonly placeBias: number;
  /** Else: that it prefers the reply that is better. Of replies that are equally good it tosses a coin. */
  readonly skill: number;
}
const judges: Readonly<Record<string, Judge>> = {
  "always the first place": { placeBias: 1, skill: 0.5 },
  "tosses a coin": { placeBias: 0, skill: 0.5 },
  "right 7 times in 10": { placeBias: 0, skill: 0.7 },
  "the first place half of the time, else right 9 in 10": { placeBias: 0.5, skill: 0.9 },
  "right 9 times in 10": { placeBias: 0, skill: 0.9 },
};

/** Shares of the items on which the candidate's reply is better and worse; the rest is equally good. */
const worths = [
  { better: 0.1, worse: 0.5 },
  { better: 0, worse: 0 },
  { better: 0.3, worse: 0.3 },
  { better: 0.4, worse: 0.1 },
  { better: 0.7, worse: 0.1 },
];

type Asked = "one" | "both";

function shareAccepted(judge: Judge, { better, worse }: (typeof worths)[number], asked: Asked) {
  const random = createRandom(20_261_129);
  const verdictOn = (best: Verdict): Verdict => {
    if (random() < judge.placeBias) return "a";
    const isRight = random() < (best === "tie" ? 0.5 : judge.skill);
    return (best === "b") === isRight ? "b" : "a";
  };
  const comparedItem = (item: string) => {
    const drawn = random();
    const best = drawn < better ? "b" : drawn < better + worse ? "a" : "tie";
    const swapped = ({ a: "b", b: "a", tie: "tie" } as const)[best];
    const isParentFirst = random() < 0.5;
    const first = verdictOn(best);
    const second = verdictOn(swapped);
    const oneOrder = isParentFirst ? first === "b" : second === "a";
    const preferred =
      asked === "both" ? judgementOf(first, second).preferred : oneOrder ? "candidate" : "parent";
    const { parent, candidate } = judgedScores[preferred];
    return { item, parent: [parent], candidate: [candidate] };
  };
  let accepted = 0;
  for (let drawn = 0; drawn < candidates; drawn++) {
    const itemsOf = (name: keyof typeof sizes) =>
      Array.from({ length: sizes[name] }, (_, place) => comparedItem(`${name} ${place}`));
    if (decideAcceptance({ batch: itemsOf("batch"), holdout: itemsOf("holdout") }).accepted)
      accepted++;
  }
  return ((100 * accepted) / candidates).toFixed(1);
}

const columns = worths.map(
  ({ better, worse }) => `${Math.round(better * 100)} / ${Math.round(worse * 100)}`,
);
console.log(`| judge | orders | ${columns.join(" | ")} |`);
console.log(`| --- | --- | ${columns.map(() => "--:").join(" | ")} |`);
for (const [name, judge] of Object.entries(judges))
  for (const asked of ["one", "both"] as const)
    console.log(
      `| ${name} | ${asked} | ${worths.map((worth) => shareAccepted(judge, worth, asked)).join(" | ")} |`,
    );
