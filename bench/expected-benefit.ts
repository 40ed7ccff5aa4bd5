/**
 * What acceptance by expected benefit gains, harms and costs, beside the strict rule and "any net win". Simulated, with
 * fixed seeds. Run by hand; prints the tables of docs/decisions/0023-expected-benefit.md and writes its plot:
 *
 *   npx tsx bench/expected-benefit.ts [--users 600] [--deployments 200] [--svg docs/decisions/0023-expected-benefit.svg]
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startingPrior, summariseEffects } from "../src/domain/alignment/effect-prior.js";
import { bestKnowing, mostAtStart } from "./best-possible.js";
import { drawBenefitPlot } from "./benefit-plot.js";
import {
  anyNetWin,
  benefitRule,
  labelledItems,
  learnedPrior,
  mixes,
  type Outcome,
  type Rule,
  simulateUsers,
  strictRule,
} from "./simulated-users.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "600" },
    deployments: { type: "string", default: "200" },
    svg: { type: "string", default: "docs/decisions/0023-expected-benefit.svg" },
  },
});
const users = Number(values.users);
const deployments = Number(values.deployments);
const judgedBefore = 30;

const starting = benefitRule(startingPrior);
const names = [
  "strict (record 8)",
  "any net win",
  "expected benefit, at the start",
  "expected benefit, after 30",
] as const;
const results = Object.entries(mixes).flatMap(([mixName, mix]) =>
  [0.03, 0.08].map((churn) => {
    const learned = Array.from({ length: deployments }, (_, deployment) =>
      learnedPrior({ mix, churn }, judgedBefore, 7_000 + deployment),
    );
    const expected = learned.map((prior) => summariseEffects(prior).expectedGain);
    const after = learned.map((prior) => benefitRule(prior, judgedBefore));
    const rules: ((user: number) => Rule)[] = [
      () => strictRule,
      () => anyNetWin,
      () => starting,
      (user) => after[user % after.length] ?? starting,
    ];
    return {
      mixName,
      churn,
      meanOfPriors: expected.reduce((sum, value) => sum + value, 0) / expected.length,
      rows: rules.map((ruleOf) =>
        labelledItems.map((labelled) => simulateUsers(ruleOf, { mix, churn, labelled, users })),
      ),
    };
  }),
);

const mean = (outcomes: readonly Outcome[], field: keyof Outcome) =>
  outcomes.reduce((sum, outcome) => sum + outcome[field], 0) / outcomes.length;

for (const { mixName, churn, rows, meanOfPriors } of results) {
  const today = mean(rows[0] ?? [], "calls");
  const best = bestKnowing(mixes[mixName as keyof typeof mixes], churn, {
    worse: 0.02,
    calls: today,
  });
  printTable(
    `${mixName}, churn ${churn * 100} % (mean of the learned priors ${(100 * meanOfPriors).toFixed(1)} points)`,
    ["rule", "realised, %", "gain", "harm", "worse, %", "calls"],
    rows
      .map((outcomes, place) => [
        names[place] ?? "",
        (100 * mean(outcomes, "realised")).toFixed(0),
        mean(outcomes, "gain").toFixed(2),
        mean(outcomes, "harm").toFixed(3),
        (100 * mean(outcomes, "worse")).toFixed(1),
        mean(outcomes, "calls").toFixed(1),
      ])
      .concat([
        [
          "best possible, the mix known, at most 2 % worse, calls as strict",
          (100 * best.realised).toFixed(0),
          "",
          "",
          (100 * best.worse).toFixed(1),
          best.calls.toFixed(1),
        ],
      ]),
  );
}
for (const churn of [0.03, 0.08] as const) {
  const most = mostAtStart(churn, 58.9);
  console.log(
    `\nAt the start, churn ${churn * 100} %: no rule realises more than ${(0.6 * most).toFixed(2)} in the usual mix and at the same time more than ${(0.3 * most).toFixed(2)} where all are worth +2.5, with 2 % of users worse in the hostile mix and 58.9 calls.`,
  );
}
const byItems = (field: keyof Outcome, shown: (value: number) => string) =>
  results.flatMap(({ mixName, churn, rows }) =>
    rows.map((outcomes, place) => [
      `${mixName}, ${churn * 100} %: ${names[place] ?? ""}`,
      ...outcomes.map((outcome) => shown(outcome[field])),
    ]),
  );
const head = ["mix, churn: rule", ...labelledItems.map(String)];
printTable(
  "Realised, in %, by labelled items",
  head,
  byItems("realised", (value) => (100 * value).toFixed(0)),
);
printTable(
  "Users with a worse version after three runs, in %",
  head,
  byItems("worse", (value) => (100 * value).toFixed(1)),
);
printTable(
  "Calls a candidate",
  head,
  byItems("calls", (value) => value.toFixed(0)),
);
const all = (place: number) => results.flatMap(({ rows }) => rows[place] ?? []);
console.log(
  `\nCalls over all of it: ${names.map((name, place) => `${name} ${mean(all(place), "calls").toFixed(1)}`).join("; ")}.`,
);

await writeFile(
  values.svg,
  drawBenefitPlot(
    labelledItems,
    results.flatMap(({ mixName, churn, rows }) => {
      const title = `${mixName}, churn ${churn * 100} %`;
      const curves = (field: keyof Outcome, factor: number) =>
        rows.map((outcomes, place) => ({
          name: names[place] ?? "",
          values: outcomes.map((outcome) => factor * outcome[field]),
        }));
      return [
        { title, unit: "gain realised, %", most: 100, curves: curves("realised", 100) },
        { title, unit: "harm, points a candidate", most: 0.3, curves: curves("harm", 1) },
        { title, unit: "calls a candidate", most: 120, curves: curves("calls", 1) },
      ];
    }),
    3,
  ),
);
console.log(`\nWrote ${values.svg}`);

function printTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
) {
  console.log(`\n${title}\n`);
  console.log(`| ${columns.join(" | ")} |`);
  console.log(`| ${columns.map((_, place) => (place === 0 ? "---" : "--:")).join(" | ")} |`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}
