/**
 * What learning does to the answers of real users, with the offline model, in default mode and in paper mode: each user's
 * questions, which are not in the history, are answered and scored before and after. In between there are two alignments
 * at the default sizes: one without the user's latest true answers, and one once they are there, which also tries a version
 * that is on trial. Run by hand; prints the table of docs/evaluation.md:
 *
 *   npx tsx bench/before-after.ts --data <folder of LaMP folders> [--sets a,b] [--users 5] [--later 8]
 */
import { parseArgs } from "node:util";
import type { Episode } from "../src/domain/episode.js";
import { scorerFor } from "../src/domain/scoring/scorer.js";
import { signFlipPValue, toUnits } from "../src/domain/scoring/sign-flip-p-value.js";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../src/app/persona-agent.js";
import type { Iteration } from "../src/state/alignment-state.js";
import { type LampUser, readLampUsers } from "./lamp-users.js";
import { initialPersona, personaHead } from "../src/domain/persona/persona-checkpoint.js";
import { parentVersion, saysTheSame } from "../src/domain/persona/version-history.js";
import { trialOutcomes } from "../src/domain/alignment/trial.js";
import { bootstrapByUser } from "../src/eval/metrics/bootstrap.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    sets: { type: "string", default: "rating-critics,movies-ml20m,news-huffpost-own" },
    users: { type: "string", default: "100000" },
    later: { type: "string", default: "8" },
  },
});
const { data } = values;
if (data === undefined) {
  console.error("--data is missing; expected a folder of LaMP folders. Name one.");
  process.exit(2);
}
const [most, later] = [Number(values.users), Number(values.later)];
const modes = ["default", "paper"] as const;
type Mode = (typeof modes)[number];

/** One user in one mode. Scores, 0 to 1, stand in the order of the questions. */
interface Outcome {
  readonly user: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly iterations: readonly Iteration[];
  /** Changes that were judged, or in paper mode taken at once. */
  readonly proposed: number;
  /** Of the versions that were taken: how many began on trial, and how many a later run took back. */
  readonly onTrial: number;
  readonly takenBack: number;
  readonly calls: number;
  readonly seconds: number;
}

const columns =
  "set,mode,users,questions,before,after,difference (95 %),p worse,better,worse,proposed,taken,on trial,taken back,runs that kept,runs not begun,calls,s".split(
    ",",
  );
console.log(`| ${columns.join(" | ")} |\n|${"---|".repeat(columns.length)}`);
let isWorse = false;
for (const set of values.sets.split(",")) {
  const outcomes: Record<Mode, Outcome[]> = { default: [], paper: [] };
  const users = (await readLampUsers(data, set)).slice(0, most);
  for (const [place, user] of users.entries()) {
    for (const mode of modes) outcomes[mode].push(await measure(user, mode));
    console.error(`${set}: ${place + 1} of ${users.length}`);
  }
  for (const mode of modes) console.log(`| ${row(set, mode, outcomes[mode]).join(" | ")} |`);
  isWorse ||= probabilityWorse(outcomes.default) < 0.025;
}
if (isWorse) {
  console.error("In default mode answers are worse after alignment than before it.");
  process.exitCode = 1;
}

async function measure({ user, episodes, questions }: LampUser, mode: Mode): Promise<Outcome> {
  const agent = createPersonaAgent();
  const { personas } = agent.memory;
  const isAnswered = ({ groundTruth }: Episode) => groundTruth !== null;
  const latest = new Set(episodes.filter(isAnswered).slice(-later));
  const add = (some: readonly Episode[]) => agent.memory.episodes.addMany(user, [...some]);
  await add(episodes.filter((episode) => !latest.has(episode)));
  const begun = performance.now();
  const runs = [await agent.align(user, { settings: { mode } })];
  const at = new Date().toISOString();
  const feedback = { kind: "answer", author: user, at, reason: null, inferred: null } as const;
  await add([...latest].map((episode) => ({ ...episode, feedback })));
  runs.push(await agent.align(user, { settings: { mode } }));
  const seconds = (performance.now() - begun) / 1_000;
  const history = await personas.history(user);
  const after = await answered(agent, user, questions, mode);
  // Version 0 beside the same memory and profile, so that the difference is what the persona makes.
  const isLearned = !saysTheSame(personaHead(history), initialPersona);
  if (isLearned) await agent.rollback(user, { to: 0 });
  const before = isLearned ? await answered(agent, user, questions, mode) : after;
  const judged = history.filter(
    (checkpoint) =>
      checkpoint.author === "alignment" &&
      !saysTheSame(checkpoint, parentVersion(checkpoint, history)),
  );
  return {
    user,
    before,
    after,
    iterations: runs.flatMap(({ iterations }) => iterations),
    proposed: judged.length,
    onTrial: trialOutcomes(history).size,
    takenBack: history.filter(({ author }) => author === "rollback").length,
    calls: runs.reduce((sum, { usage }) => sum + usage.calls, 0),
    seconds,
  };
}

/** Each question is forgotten again once it is answered: the next must not find it. */
async function answered(
  agent: PersonaAgent,
  user: string,
  questions: LampUser["questions"],
  mode: Mode,
): Promise<number[]> {
  const scores: number[] = [];
  for (const { question, gold } of questions) {
    const { answer, episodeId } = await agent.ask(user, question, { settings: { mode } });
    if (episodeId !== null) await agent.memory.episodes.delete(user, episodeId);
    scores.push(scorerFor(question, gold).score(answer));
  }
  return scores;
}

function row(set: string, mode: Mode, outcomes: readonly Outcome[]): string[] {
  const all = outcomes.flatMap(differencesOf);
  const items = outcomes.flatMap((outcome) =>
    differencesOf(outcome).map((difference) => ({ user: outcome.user, difference })),
  );
  const { low, high } = bootstrapByUser(
    items,
    {
      sums: (some) => [some.length, some.reduce((sum, { difference }) => sum + difference, 0)],
      ofSums: ([count = 0, sum = 0]) => sum / count,
    },
    { seed: 20_261_123, resamples: 10_000 },
  );
  const iterations = outcomes.flatMap((outcome) => outcome.iterations);
  const kinds = iterations.map(kindOf);
  const count = (kind: ReturnType<typeof kindOf>) =>
    String(kinds.filter((each) => each === kind).length);
  return [
    set,
    mode,
    String(outcomes.length),
    String(all.length),
    mean(outcomes.flatMap(({ before }) => before)).toFixed(3),
    mean(outcomes.flatMap(({ after }) => after)).toFixed(3),
    `${signed(mean(all))} (${low === null || high === null ? "–" : `${signed(low)} to ${signed(high)}`})`,
    probabilityWorse(outcomes).toFixed(2),
    String(all.filter((difference) => difference > 0).length),
    String(all.filter((difference) => difference < 0).length),
    total(outcomes, "proposed"),
    count("accepted"),
    total(outcomes, "onTrial"),
    total(outcomes, "takenBack"),
    ...(["kept", "not begun"] as const).map(count),
    mean(outcomes.map(({ calls }) => calls)).toFixed(0),
    mean(outcomes.map(({ seconds }) => seconds)).toFixed(1),
  ];
}

function total(outcomes: readonly Outcome[], what: "proposed" | "onTrial" | "takenBack"): string {
  return String(outcomes.reduce((sum, outcome) => sum + outcome[what], 0));
}

function kindOf({ accepted, reason, parentScore }: Iteration) {
  if (accepted) return "accepted";
  if (parentScore === null) return "not begun";
  return reason.startsWith("Kept") ? "kept" : "rejected";
}

function differencesOf({ before, after }: Outcome): number[] {
  return after.map((score, place) => score - (before[place] ?? 0));
}

/** One-sided, by flipping the signs of users' sums: near 0 where answers got worse. */
function probabilityWorse(outcomes: readonly Outcome[]): number {
  return signFlipPValue(
    outcomes.map(
      (outcome) => -toUnits(differencesOf(outcome).reduce((sum, each) => sum + each, 0)),
    ),
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(3)}`;
}
