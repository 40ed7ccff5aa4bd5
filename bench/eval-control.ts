/**
 * The evaluation's positive control: generated users whose preferences are known, and over HTTP a model that follows a
 * preference only where its prompt states it. Prints by how much the persona agent is better than others, and how that
 * hangs on the batch, the iterations, the history and the noise. Fixed seed. Run by hand:
 *
 *   npx tsx bench/eval-control.ts [--users 20] [--questions 8] [--only noise]
 *
 * The history is 64 long, so that a batch of 32 leaves a holdout of 32.
 */
import { parseArgs } from "node:util";
import type { IntervalEstimate } from "../src/eval/metrics/bootstrap.js";
import type { GeneratorOptions } from "../src/eval/sets/generator.js";
import { allMethods } from "../src/eval/methods/all-methods.js";
import { armsOf } from "../src/eval/studies.js";
import { startControlModel } from "../test/support/models/control-model.js";
import { type ControlResult, runControl } from "../test/support/evaluation/eval-control.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "20" },
    questions: { type: "string", default: "8" },
    only: { type: "string", default: "" },
  },
});
const generator: GeneratorOptions = {
  task: "LaMP_2M",
  seed: 20_261_123,
  users: Number(values.users),
  historyLength: 64,
  questions: Number(values.questions),
  noise: 0,
};
const ours = ["persona-agent", "persona-agent-paper"];
const rivals = ["rag", "pag", "without-alignment"];
const noises = [0, 0.2, 0.4, 0.6, 0.8, 1];

const server = await startControlModel();
console.log("| study | value | method | accuracy | over rag | over pag | over without-alignment |");
console.log("| --- | --: | --- | --: | --: | --: | --: |");
for (const study of ["batch", "iterations"]) {
  if (!study.includes(values.only)) continue;
  const arms = armsOf({ methods: allMethods, study });
  const result = await runControl(generator, arms, server.url);
  for (const { id, method, study: place } of arms)
    if (place !== null) row(result, id, place.name, place.value, method.name, rivals);
}
if ("history".includes(values.only)) {
  // The cold start's values, and lengths at which an alignment is near its full size.
  const compared = allMethods.filter(({ name }) => [...ours, ...rivals].includes(name));
  for (const historyLimit of [5, 10, 20, 50]) {
    const arms = compared.map((method) => ({
      id: method.name,
      method,
      settings: { historyLimit },
      study: null,
    }));
    const result = await runControl(generator, arms, server.url);
    for (const name of ours) row(result, name, "history", historyLimit, name, rivals);
  }
}
if ("noise".includes(values.only)) {
  const arms = armsOf({ methods: allMethods, names: [...ours, ...rivals] });
  for (const noise of noises) {
    const result = await runControl({ ...generator, noise }, arms, server.url);
    for (const name of ours) row(result, name, "noise", noise, name, rivals);
  }
}
server.assertUsedUp();
await server.close();

function row(
  result: ControlResult,
  arm: string,
  study: string,
  value: number,
  method: string,
  over: readonly string[],
): void {
  const gains = over.map((rival) => shown(result.gain(arm, rival)));
  const cells = [study, value, method, result.accuracyOf(arm).toFixed(3), ...gains];
  console.log(`| ${cells.join(" | ")} |`);
}

function shown({ value, low, high }: IntervalEstimate): string {
  const signed = (number: number) => `${number > 0 ? "+" : ""}${number.toFixed(2)}`;
  return `${signed(value)} (${low === null || high === null ? "–" : `${signed(low)} to ${signed(high)}`})`;
}
