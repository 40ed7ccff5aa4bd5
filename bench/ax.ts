/**
 * An alignment beside the optimiser of ax (`@ax-llm/ax`), on the same simulated users: what each asked of the model until
 * its prompt was ready, and how many later questions are answered rightly with it.
 *
 *   npm ci --prefix bench/side-by-side/peers
 *   npx tsx bench/ax.ts [--users 20] [--only "ours|budget"] [--json figures.json]
 *
 * The users have three preferences each (`three-preferences-model.ts`). Both get the latest `--items` (40) of a user's 40
 * interactions to learn from, answer the same 24 later questions, which neither saw, and are scored by one function. In
 * the latest 20 no preference changes. One model server answers both, by the text that it is sent alone: it follows a
 * preference where the system message states it, and finds one where a request for an update shows wrong answers that
 * have it in common; at most `--finds` in one request, all unless given. Both begin with the same sentence as their
 * instruction.
 *
 * ax is set up as the guide in its package says: `optimize`, which runs GEPA and so rewrites the instruction from
 * mistakes. `--train` of the items (half), spread evenly over time, are what it learns from, and it validates on the
 * others; an alignment divides the items itself. Its budget (`--budgets`, `maxMetricCalls`, 100 by default) counts
 * evaluations; what it asks in order to reflect comes on top, and all of it is in the table. Beside the defaults there are
 * the settings of the guide's example, the presets `light`, `medium` and `heavy`, and these without a budget.
 *
 * Where it is not even: critiques say nothing in both, as the model reads the mistakes itself, while a real one would
 * profit from ours, of one item each. An update's request of ours takes alternatives and gets up to three, ax's takes
 * one text. The order of the interactions is told by numbers in them, as ax shows its items without dates and in any
 * order. Ours also shows past interactions and a profile in each prompt, which this model does not use, so its tokens
 * are the more for it.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import type { AlignContext } from "../src/config/alignment-settings.js";
import { parseQuestion } from "../src/domain/lamp-question.js";
import { scorerFor } from "../src/domain/scoring/scorer.js";
import { bootstrapByUser } from "../src/eval/metrics/bootstrap.js";
import { createTimeline } from "../src/formats/import-timeline.js";
import { loadChatModel } from "../src/model/load-chat-model.js";
import { agentRole } from "../src/prompts/agent/persona-prompt.js";
import { startContestant } from "./side-by-side/contestant.js";
import { agentOf, answersTo } from "./three-preferences-agent.js";
import {
  drawThreePreferences,
  type ModelCall,
  startThreePreferencesModel,
  type ThreePreferences,
} from "./three-preferences-model.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "20" },
    items: { type: "string", default: "40" },
    train: { type: "string" },
    finds: { type: "string", default: "Infinity" },
    only: { type: "string", default: "" },
    budgets: { type: "string", default: "60,80,200,1000" },
    json: { type: "string" },
  },
});
const peers = join(import.meta.dirname, "side-by-side", "peers");
const packageOfAx = join(peers, "node_modules", "@ax-llm", "ax", "package.json");
if (!existsSync(packageOfAx)) {
  console.error("ax is missing; npm ci --prefix bench/side-by-side/peers installs it.");
  process.exit(2);
}
const { version } = JSON.parse(await readFile(packageOfAx, "utf8")) as { version: string };

/** What `peers/ax.mjs` is sent. */
type AxOrder = {
  readonly instruction: string;
  readonly options: readonly string[];
} & (
  | {
      readonly do: "optimize";
      readonly train: readonly object[];
      readonly validation: readonly object[];
      readonly settings: object;
    }
  | { readonly do: "answer"; readonly optimized: unknown; readonly questions: readonly string[] }
);

/** One user and one contestant. Scores, 0 to 1, stand in the order of the later questions. */
interface Outcome {
  readonly user: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** What it asked until its prompt was ready. */
  readonly calls: readonly ModelCall[];
  /** Tokens that it sent for one answer with that prompt. */
  readonly tokensAnAnswer: number;
}

const seed = 20_261_130;
const train = Number(values.train ?? Number(values.items) / 2);
const users = Array.from({ length: Number(values.users) }, (_, number) => {
  const user = drawThreePreferences(seed, number);
  return { ...user, history: user.history.slice(-Number(values.items)) };
});
/** The settings of each run, one after another. */
const ourRuns: Readonly<Record<string, readonly AlignContext[]>> = {
  "ours, defaults": [{}],
  "ours, one update": [{ iterations: 1 }],
  "ours, one update, one proposal": [{ iterations: 1, candidates: 1 }],
  "ours, a batch of 16": [{ batch: 16 }],
  "ours, two runs": [{}, {}],
};
const guide = { numTrials: 12, minibatchSize: 4, earlyStoppingTrials: 4, maxMetricCalls: 120 };
const noBudget = 100_000;
const axSettings: Readonly<Record<string, object>> = {
  "ax, defaults": {},
  "ax, the guide's example": guide,
  ...Object.fromEntries(
    ["light", "medium", "heavy"].flatMap((auto) => [
      [`ax, ${auto}`, { auto }],
      [`ax, ${auto}, no budget`, { auto, maxMetricCalls: noBudget }],
    ]),
  ),
  ...Object.fromEntries(
    values.budgets
      .split(",")
      .filter(Boolean)
      .map(Number)
      .map((maxMetricCalls) => [`ax, budget ${maxMetricCalls}`, { maxMetricCalls }]),
  ),
};

const calls: ModelCall[] = [];
const server = await startThreePreferencesModel({
  onCall: (call) => calls.push(call),
  finds: Number(values.finds),
});
const ax = await startContestant<AxOrder>(
  [process.execPath, "--import", "tsx", join(peers, "ax.mjs")],
  [server.url],
);
const outcomes = new Map<string, Outcome[]>();
try {
  for (const [place, user] of users.entries()) {
    for (const [name, runs] of Object.entries(ourRuns))
      if (isChosen(name)) add(name, await measureOurs(user, runs));
    for (const [name, settings] of Object.entries(axSettings))
      if (isChosen(name)) add(name, await measureAx(user, settings));
    server.requests.length = 0;
    console.error(`${place + 1} of ${users.length}`);
  }
  server.assertUsedUp();
} finally {
  await ax.end();
  await server.close();
}

const ours = outcomes.get("ours, defaults") ?? [];
const figures = [...outcomes].map(([name, own]) => ({
  name: name.replace(/^ax/, `ax ${version}`),
  calls: mean(own.map((outcome) => outcome.calls.length)),
  answers: meanOf(own, "answer"),
  critiques: meanOf(own, "critique"),
  updates: meanOf(own, "update"),
  profiles: meanOf(own, "profile"),
  tokensIn: mean(own.map((outcome) => sum(outcome.calls.map(({ tokensIn }) => tokensIn)))),
  tokensOut: mean(own.map((outcome) => sum(outcome.calls.map(({ tokensOut }) => tokensOut)))),
  tokensAnAnswer: mean(own.map(({ tokensAnAnswer }) => tokensAnAnswer)),
  before: mean(own.flatMap(({ before }) => before)),
  after: mean(own.flatMap(({ after }) => after)),
  /** Of our score with the defaults over this one, with its 95 % interval. */
  ahead: ahead(ours, own),
  /** Our calls with the defaults, as a share of this one's. */
  ourShare:
    mean(ours.map((outcome) => outcome.calls.length)) /
    mean(own.map((outcome) => outcome.calls.length)),
}));
console.log(
  "|  | calls | answers | critiques | updates | profiles | tokens in | tokens out | tokens an answer | before | after | ours is ahead by (95 %) | our calls over its |",
);
console.log(`| --- |${" --: |".repeat(12)}`);
for (const row of figures) {
  const { value, low, high } = row.ahead;
  const cells = [
    row.name,
    ...[row.calls, row.answers, row.critiques, row.updates, row.profiles].map((count) =>
      count.toFixed(1),
    ),
    ...[row.tokensIn, row.tokensOut, row.tokensAnAnswer].map((count) => count.toFixed(0)),
    ...[row.before, row.after].map((score) => score.toFixed(3)),
    `${value.toFixed(3)} (${low?.toFixed(3) ?? "–"} to ${high?.toFixed(3) ?? "–"})`,
    row.ourShare.toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`\n${users.length} users, 24 later questions each. Tokens are estimates by length.`);
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ version, seed, ...values, figures }, null, 2)}\n`,
  );

/** What others are compared with is always there. */
function isChosen(name: string): boolean {
  return name === "ours, defaults" || new RegExp(values.only).test(name);
}

function add(name: string, outcome: Outcome): void {
  outcomes.set(name, [...(outcomes.get(name) ?? []), outcome]);
}

async function measureOurs(
  user: ThreePreferences,
  runs: readonly AlignContext[],
): Promise<Outcome> {
  const agent = await agentOf(
    { createPersonaAgent, loadChatModel, createTimeline },
    user,
    server.url,
  );
  return measure(
    user,
    () => answersTo(user, agent),
    async () => {
      for (const settings of runs) await agent.align(user.id, { settings });
    },
  );
}

async function measureAx(user: ThreePreferences, settings: object): Promise<Outcome> {
  const items = user.history.map(({ query, answer }) => ({ question: query, answer }));
  const questions = user.later.map(({ query }) => query);
  const options = parseQuestion(questions[0] ?? "").options ?? [];
  const program = { instruction: agentRole, options };
  // Spread evenly over time.
  const share = train / items.length;
  const isTrained = (place: number) => Math.floor((place + 1) * share) > Math.floor(place * share);
  let optimized: unknown = null;
  return measure(
    user,
    async () => {
      const { result } = await ax.order({ do: "answer", ...program, optimized, questions });
      return result as string[];
    },
    async () => {
      const { result } = await ax.order({
        do: "optimize",
        ...program,
        train: items.filter((_, place) => isTrained(place)),
        validation: items.filter((_, place) => !isTrained(place)),
        settings,
      });
      optimized = result;
    },
  );
}

async function measure(
  { id, later }: ThreePreferences,
  answer: () => Promise<readonly string[]>,
  learn: () => Promise<unknown>,
): Promise<Outcome> {
  const scores = async () => {
    const answers = await answer();
    return later.map(({ query, answer: truth }, place) =>
      scorerFor(query, truth).score(answers[place] ?? ""),
    );
  };
  const before = await scores();
  calls.length = 0;
  await learn();
  const learning = calls.splice(0);
  const after = await scores();
  const tokensAnAnswer = mean(calls.map(({ tokensIn }) => tokensIn));
  return { user: id, before, after, calls: learning, tokensAnAnswer };
}

function ahead(some: readonly Outcome[], others: readonly Outcome[]) {
  const items = some.flatMap(({ user, after }, number) =>
    after.map((score, place) => ({
      user,
      difference: score - (others[number]?.after[place] ?? 0),
    })),
  );
  return bootstrapByUser(
    items,
    {
      sums: (each) => [each.length, sum(each.map(({ difference }) => difference))],
      ofSums: ([count = 0, total = 0]) => total / count,
    },
    { seed, resamples: 10_000 },
  );
}

function meanOf(own: readonly Outcome[], role: ModelCall["role"]): number {
  return mean(own.map((outcome) => outcome.calls.filter((call) => call.role === role).length));
}

function mean(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
