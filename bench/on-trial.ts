/**
 * How many candidates of a known effect are taken, how many of those are on trial, and how many are still in use after 20
 * later questions. Simulated, with a fixed seed. Run by hand; prints the table of docs/decisions/0029-on-trial.md:
 *
 *   npx tsx bench/on-trial.ts [--candidates 3000]
 */
import { parseArgs } from "node:util";
import type { PairedScore } from "../src/domain/alignment/alignment-record.js";
import { decideByBenefit } from "../src/domain/alignment/expected-benefit.js";
import { tryVersion } from "../src/domain/alignment/trial.js";
import { initialPersona } from "../src/domain/persona/persona-checkpoint.js";
import { createRandom } from "../src/system/seeded-random.js";

const { values } = parseArgs({ options: { candidates: { type: "string", default: "3000" } } });
const candidates = Number(values.candidates);
const [batchItems, labelledItems, groupItems, laterItems, laterAtOnce] = [8, 64, 8, 20, 4];
/** In shares of the score. */
const [effects, churns] = [
  [-0.1, -0.05, 0, 0.03, 0.05, 0.1],
  [0.03, 0.08],
];
const head = { ...initialPersona, id: "1", version: 1 };
const random = createRandom(12);
let asked = 0;

/** As many new questions, right or wrong under the parent and under a candidate with this effect. */
function questions(count: number, effect: number, churn: number): PairedScore[] {
  return Array.from({ length: count }, () => {
    const place = random();
    const better = churn + Math.max(effect, 0);
    const isWorse = place >= better && place < better + churn + Math.max(-effect, 0);
    const [parent, candidate] = place < better ? [0, 1] : isWorse ? [1, 0] : [1, 1];
    return { episodeId: `${asked++}`, parent, candidate };
  });
}

const pairs = (scores: readonly PairedScore[]) =>
  scores.map(({ episodeId, parent, candidate }) => ({
    item: episodeId,
    parent: [parent],
    candidate: [candidate ?? 0],
  }));

function decide(effect: number, churn: number) {
  const batch = pairs(questions(batchItems, effect, churn));
  const items = pairs(questions(labelledItems, effect, churn));
  for (let count = groupItems; ; count += groupItems) {
    const holdout = items.slice(0, count);
    const decision = decideByBenefit({ batch, holdout, remaining: labelledItems - count });
    if (decision.outcome !== "undecided") return decision;
  }
}

type Counts = Parameters<typeof tryVersion>[0]["counts"];

/** What a trial comes to, some questions an alignment. */
function outcomeOf(counts: Counts, effect: number, churn: number) {
  const scores: PairedScore[] = [];
  for (;;) {
    const more = questions(laterAtOnce, effect, churn);
    const { outcome } = tryVersion({ head, counts, scores }, more);
    scores.push(...more);
    if (outcome !== "on-trial" || scores.length >= laterItems) return outcome;
  }
}

console.log(
  "| churn | effect | taken | of them on trial | confirmed | taken back | still in use |",
);
console.log(
  "| ----: | -----: | ----: | ---------------: | --------: | ---------: | -----------: |",
);
for (const churn of churns)
  for (const effect of effects) {
    const decisions = Array.from({ length: candidates }, () => decide(effect, churn));
    const taken = decisions.filter(({ accepted }) => accepted);
    const onTrial = taken.filter(({ harmProbability }) => harmProbability > 0.01);
    const outcomes = onTrial.map(({ counts }) => outcomeOf(counts, effect, churn));
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    const share = (number: number) => `${((100 * number) / candidates).toFixed(1)} %`;
    const back = count("taken-back");
    const cells = [
      `${churn * 100} %`,
      `${effect > 0 ? "+" : effect < 0 ? "−" : ""}${Math.abs(effect * 100)}`,
      ...[taken.length, onTrial.length, count("confirmed"), back, taken.length - back].map(share),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
