/**
 * What an alignment gains on later questions for users with three planted preferences, of which the latest eight
 * interactions show one, only the others a second, and the third changes half-way; beside an earlier build, on the same
 * model over HTTP. Fixed seed. Run by hand; prints the table of docs/evaluation.md:
 *
 *   npx tsx bench/three-preferences.ts [--users 20] [--before <folder of an earlier build>]
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { bootstrapByUser } from "../src/eval/metrics/bootstrap.js";
import { agentOf, answersTo, type Build } from "./three-preferences-agent.js";
import {
  drawThreePreferences,
  startThreePreferencesModel,
  type ThreePreferences,
} from "./three-preferences-model.js";

const { values } = parseArgs({
  options: { users: { type: "string", default: "20" }, before: { type: "string" } },
});
const seed = 20_261_130;
const builds = { now: ".", ...(values.before !== undefined && { before: values.before }) };
const server = await startThreePreferencesModel();
const users = Array.from({ length: Number(values.users) }, (_, number) =>
  drawThreePreferences(seed, number),
);

/** One user under one build: which later questions were answered rightly without an alignment, and after it. */
interface Outcome {
  readonly user: string;
  readonly pag: readonly number[];
  readonly after: readonly number[];
  readonly calls: number;
  readonly lines: number;
}

const outcomes = new Map<string, Outcome[]>();
for (const [name, folder] of Object.entries(builds)) {
  const build = await load(folder);
  const own: Outcome[] = [];
  for (const user of users) {
    own.push(await measure(build, user));
    server.requests.length = 0;
    console.error(`${name}: ${own.length} of ${users.length}`);
  }
  outcomes.set(name, own);
}
server.assertUsedUp();
await server.close();

console.log("| build | users | questions | `pag` | after | gain (95 %) | lines | calls a run |");
console.log("| --- | --: | --: | --: | --: | --: | --: | --: |");
for (const [name, own] of outcomes) {
  const gain = gainOf(own);
  const cells = [
    name,
    own.length,
    own.reduce((sum, { after }) => sum + after.length, 0),
    mean(own.flatMap(({ pag }) => pag)).toFixed(3),
    mean(own.flatMap(({ after }) => after)).toFixed(3),
    `${gain.value.toFixed(3)} (${gain.low?.toFixed(3)} to ${gain.high?.toFixed(3)})`,
    mean(own.map(({ lines }) => lines)).toFixed(1),
    mean(own.map(({ calls }) => calls)).toFixed(1),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
const [now, before] = [outcomes.get("now"), outcomes.get("before")];
if (now !== undefined && before !== undefined)
  console.log(
    `\nGain now is ${(gainOf(now).value / gainOf(before).value).toFixed(2)} times that before.`,
  );

async function load(folder: string): Promise<Build> {
  const from = (path: string) => import(pathToFileURL(resolve(folder, "src", path)).href);
  const [agent, model, timeline] = await Promise.all([
    from("app/create-persona-agent.ts"),
    from("model/load-chat-model.ts"),
    from("formats/import-timeline.ts"),
  ]);
  return { ...agent, ...model, ...timeline } as Build;
}

async function measure(build: Build, user: ThreePreferences): Promise<Outcome> {
  const agent = await agentOf(build, user, server.url);
  const answered = async () => {
    const answers = await answersTo(user, agent);
    return user.later.map(({ answer }, place) => (answers[place] === answer ? 1 : 0));
  };
  // Version 0 has profile and memory, and no learned line: `pag`.
  const pag = await answered();
  const { usage } = await agent.align(user.id);
  const after = await answered();
  const { lines } = await agent.memory.personas.head(user.id);
  return { user: user.id, pag, after, calls: usage.calls, lines: lines.length };
}

function gainOf(own: readonly Outcome[]) {
  const items = own.flatMap(({ user, pag, after }) =>
    after.map((right, place) => ({ user, difference: right - (pag[place] ?? 0) })),
  );
  return bootstrapByUser(
    items,
    {
      sums: (some) => [some.length, some.reduce((sum, { difference }) => sum + difference, 0)],
      ofSums: ([count = 0, sum = 0]) => sum / count,
    },
    { seed, resamples: 10_000 },
  );
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
