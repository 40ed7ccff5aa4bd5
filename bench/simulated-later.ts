/**
 * Whether simulations tell how well a persona will do: for every user with enough true answers, what version 0 scores
 * when an alignment simulates the latest of them, against what it scores on the set's later questions. Beside it the same
 * of a vote of the interactions until then, which has no hindsight. With the offline model. Run by hand:
 *
 *   npx tsx bench/simulated-later.ts --data <folder of LaMP folders> [--sets a,b] [--users 5] [--items 40] [--least 20]
 *
 * The evaluation's report has the same comparison, on the items that its alignments asked.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCases } from "../src/eval/cases/open-cases.js";
import type { EvalCase } from "../src/eval/eval-case.js";
import type { MethodDeps } from "../src/eval/method.js";
import { allMethods } from "../src/eval/methods/all-methods.js";
import { parsePrediction } from "../src/eval/metrics/parse-prediction.js";
import type { Outcome, PreparedOutcome } from "../src/eval/report/summary/collect.js";
import { simulatedAgainstLater } from "../src/eval/report/summary/simulated.js";
import { openEvalSet } from "../src/eval/sets/open-eval-set.js";
import { OfflineChatModel } from "../src/model/offline/offline-chat-model.js";
import { OfflineEmbeddings } from "../src/model/offline/offline-embeddings.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    sets: { type: "string" },
    users: { type: "string", default: "100000" },
    items: { type: "string", default: "40" },
    least: { type: "string", default: "20" },
  },
});
const { data } = values;
if (data === undefined) {
  console.error("--data is missing; expected a folder of LaMP folders. Name one.");
  process.exit(2);
}
const [users, items, least] = [values.users, values.items, values.least].map(Number) as [
  number,
  number,
  number,
];
const seed = 20_261_129;
const offline = { model: new OfflineChatModel(), modelName: "offline" };
const deps: MethodDeps = {
  ...offline,
  alignmentModel: offline.model,
  alignmentModelName: offline.modelName,
  embeddings: new OfflineEmbeddings(),
  seed,
  signal: new AbortController().signal,
  wikipedia: null,
};
const method = (wanted: string) => {
  const found = allMethods.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`There is no method ${wanted}.`);
  return found;
};
const [aligned, first] = [method("persona-agent"), method("without-alignment")];
/** All items are simulated, whatever comes of the update. */
const settings = { batch: items, holdout: 0, validation: false, iterations: 1 };

console.log(
  "| set | users | items | questions | simulated | later | difference (95 %) | of the control | beyond it |",
);
console.log("|---|---|---|---|---|---|---|---|---|");
for (const name of values.sets?.split(",") ?? (await setsIn(data))) {
  const set = await openEvalSet(join(data, name));
  const prepared: PreparedOutcome[] = [];
  const later: Outcome[] = [];
  for await (const each of readCases(set, set.users)) {
    if (each.history.filter(({ groundTruth }) => groundTruth !== null).length < least) continue;
    if (prepared.length >= users) break;
    const { persona, usage } = await aligned.prepare(each, settings, deps);
    prepared.push({ case: each.id, persona, usage, error: null, seconds: 0 });
    later.push(...(await answers(each)));
    console.error(`${name}: ${prepared.length}`);
  }
  const compared = simulatedAgainstLater(set, prepared, later, seed);
  if (compared === null) {
    console.log(`| ${name} | 0 | | | | | no item is of the questions' kind |`);
    continue;
  }
  const { difference, control, ...rest } = compared;
  const gaps = [difference, control?.difference, control?.beyond].map((gap) => {
    if (gap === undefined) return "–";
    const [low, high] = [gap.low, gap.high].map((end) => (end === null ? "–" : end.toFixed(3)));
    return `${gap.value.toFixed(3)} (${low} to ${high})`;
  });
  console.log(
    `| ${name} | ${rest.users} | ${rest.items} | ${rest.questions} | ${rest.simulatedMean.toFixed(3)} | ${rest.laterMean.toFixed(3)} | ${gaps.join(" | ")} |`,
  );
}

async function setsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((path) => /^[^/]+\/dev_questions\.json(?:\.gz)?$/.test(path))
    .map((path) => path.split("/")[0] ?? "")
    .toSorted();
}

async function answers(each: EvalCase): Promise<Outcome[]> {
  const { state, usage } = await first.prepare(each, {}, deps);
  const open = await first.open(each, {}, deps, state);
  return Promise.all(
    each.questions.map(async (question) => ({
      user: each.user,
      case: each.id,
      question: question.id,
      gold: question.gold,
      prediction: parsePrediction((await open.answer(question)).output, each, question.input),
      error: null,
      usage,
      seconds: 0,
    })),
  );
}
