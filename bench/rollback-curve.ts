/**
 * How often the watch over versions takes one back, by how much worse it truly is, within its first 64 answers. Simulated,
 * with a fixed seed. Run by hand; prints the tables of docs/decisions/0010-automatic-rollback.md:
 *
 *   npx tsx bench/rollback-curve.ts [--versions 2000]
 */
import { parseArgs } from "node:util";
import {
  compareVersions,
  defaultRegressionRule,
  type ScoredItem,
  type RegressionRule,
} from "../src/domain/alignment/detect-regression.js";
import { createRandom } from "../src/system/seeded-random.js";

const { values } = parseArgs({ options: { versions: { type: "string", default: "2000" } } });
const versions = Number(values.versions);
const answers = 64;
const effects = [0.1, 0, -0.05, -0.1, -0.2, -0.3, -0.5];

/** What a user asks, and how well the parent does. */
interface Situation {
  readonly kind: ScoredItem["kind"];
  /** Share that the parent answers exactly right; the mean score of a text. */
  readonly base: number;
  readonly parentItems: number;
}

function draw({ kind, base }: Situation, effect: number, random: () => number): ScoredItem {
  const right = base + effect;
  if (kind === "text") {
    const score = right + 0.3 * (random() + random() - 1);
    return { kind, score: Math.min(1, Math.max(0, score)) };
  }
  if (random() < right) return { kind, score: 1 };
  if (kind === "choice") return { kind, score: 0 };
  // Of wrong ratings four in five are off by one point of four.
  return { kind, score: random() < 0.8 ? 0.75 : 0.5 };
}

const known = new Map<string, boolean>();

/** The rule; decisions on right and wrong answers are kept, because only their numbers matter. */
function isTakenBack(
  head: readonly ScoredItem[],
  parent: readonly ScoredItem[],
  rule: RegressionRule,
) {
  const decide = () => compareVersions({ head, parent }, rule) !== null;
  if (head[0]?.kind !== "choice") return decide();
  const counts = [head, parent].map((items) => [
    items.length,
    items.filter(({ score }) => score === 1).length,
  ]);
  const key = JSON.stringify([counts, rule]);
  const decided = known.get(key) ?? decide();
  known.set(key, decided);
  return decided;
}

/** After how many answers each version is taken back; those that stay are left out. */
function takenBack(
  situation: Situation,
  effect: number,
  rule: RegressionRule,
  count: number,
): number[] {
  const random = createRandom(20_261_125);
  const after: number[] = [];
  for (let drawn = 0; drawn < count; drawn++) {
    const parent = Array.from({ length: situation.parentItems }, () => draw(situation, 0, random));
    const later = Array.from({ length: answers }, () => draw(situation, effect, random));
    for (let seen = rule.minimumItems; seen <= answers; seen++)
      if (isTakenBack(later.slice(0, seen), parent, rule)) {
        after.push(seen);
        break;
      }
  }
  return after.toSorted((a, b) => a - b);
}

function cell(situation: Situation, effect: number, rule: RegressionRule): string {
  if (situation.base + effect > 1 || situation.base + effect < 0) return "–";
  // The exact test of finely graded scores takes milliseconds.
  const count = situation.kind === "choice" ? versions : Math.ceil(versions / 10);
  const after = takenBack(situation, effect, rule, count);
  const share = (100 * after.length) / count;
  const median = after[Math.floor(after.length / 2)];
  const shown = share < 9.95 ? share.toFixed(1) : share.toFixed(0);
  return median === undefined || effect >= 0 ? shown : `${shown} (${median})`;
}

function printTable(
  title: string,
  rows: readonly (readonly [string, Situation, RegressionRule])[],
) {
  const points = effects.map((effect) => `${effect > 0 ? "+" : ""}${Math.round(effect * 100)}`);
  console.log(`\n${title}\n`);
  console.log(`| | ${points.join(" | ")} |`);
  console.log(`| --- | ${points.map(() => "--:").join(" | ")} |`);
  for (const [name, situation, rule] of rows)
    console.log(
      `| ${name} | ${effects.map((effect) => cell(situation, effect, rule)).join(" | ")} |`,
    );
}

const chosen = defaultRegressionRule;
const choice: Situation = { kind: "choice", base: 0.6, parentItems: 48 };
console.log(
  `Share taken back within ${answers} answers in %, of ${versions} versions a cell (ratings and texts: a tenth), and the median answer at which.`,
);
printTable(
  "By level (right or wrong, the parent right on 60 % of 48 items)",
  [0.0025, 0.005, 0.01, 0.02, 0.05].map((level) => [String(level), choice, { ...chosen, level }]),
);
printTable(
  "By fewest answers",
  [4, 8, 16].map((minimumItems) => [String(minimumItems), choice, { ...chosen, minimumItems }]),
);
printTable(
  "The chosen rule by scores of the parent",
  [8, 16, 32, 48, 96].map((parentItems) => [
    String(parentItems),
    { ...choice, parentItems },
    chosen,
  ]),
);
printTable(
  "The chosen rule by how often the parent is right",
  [0.3, 0.6, 0.9].map((base) => [`${base * 100} %`, { ...choice, base }, chosen]),
);
printTable("Ratings and texts, with margin and without", [
  ["ratings", { ...choice, kind: "number" }, chosen],
  ["ratings, no margin", { ...choice, kind: "number" }, { ...chosen, margin: 0 }],
  ["texts", { ...choice, kind: "text", base: 0.5 }, chosen],
  ["texts, no margin", { ...choice, kind: "text", base: 0.5 }, { ...chosen, margin: 0 }],
]);
