/**
 * How near an alignment comes to its critical path when every model call takes a second: the number of calls that
 * must follow each other, as a server on the loopback that waits sees them. Run by hand, on a machine that does nothing else:
 *
 *   npm run bench -- critical-path [--batch 16] [--holdout 32] [--wait 1000] [--times 3] [--most 1.2]
 *
 * Each run is made so many times, by users one after another in one process; what is told is the one in the middle, and
 * the fastest and slowest ratio. Fails when the middle one takes more than `--most` times its critical path.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lampQuestion } from "../src/domain/lamp-question.js";
import type { Episode } from "../src/domain/episode.js";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import type { PersonaAgent } from "../src/app/persona-agent.js";
import { openPersonaAgent } from "../src/app/open-persona-agent.js";
import { loadChatModel } from "../src/model/load-chat-model.js";
import { createTimeline } from "../src/formats/import-timeline.js";
import { groupSize } from "../src/nodes/alignment/held-out-group.js";
import { report } from "./report.js";
import type { BenchRow } from "./summary.js";
import { itemText, type ModelCall } from "./waiting-model.js";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "16" },
    holdout: { type: "string", default: "32" },
    history: { type: "string", default: "100" },
    wait: { type: "string", default: "1000" },
    times: { type: "string", default: "3" },
    most: { type: "string", default: "1.2" },
    only: { type: "string", default: "" },
  },
});
const [batch, holdout, history, waitMs, times, most] = [
  values.batch,
  values.holdout,
  values.history,
  values.wait,
  values.times,
  values.most,
].map(Number) as [number, number, number, number, number, number];
if (!(times >= 1)) throw new Error(`--times is ${values.times}; expected 1 or more.`);
const modelName = "openai:waiting";

interface Run {
  readonly name: string;
  readonly services: "in memory" | "embedded";
  readonly mode?: "paper";
  readonly iterations: number;
  readonly asksMemory?: boolean;
}

const runs: readonly Run[] = (["in memory", "embedded"] as const).flatMap((services) => [
  { name: "default, E = 1", services, iterations: 1 },
  { name: "default, E = 3", services, iterations: 3 },
  {
    name: "default, E = 1, with tool calls",
    services,
    iterations: 1,
    asksMemory: true,
  },
  { name: "paper", services, mode: "paper", iterations: 1 },
]);

interface Phase {
  readonly name: string;
  readonly calls: number;
  /** Most requests open at once. */
  readonly open: number;
  /** From the last answer of the phase before (the run's beginning) to the last answer of this one, in seconds. */
  readonly seconds: number;
}

const rows: BenchRow[] = [];
const details: string[] = [];
let isTooSlow = false;
for (const run of runs.filter(({ name, services }) =>
  `${services} ${name}`.includes(values.only),
)) {
  const measured = (await measure(run)).toSorted((a, b) => a.ratio - b.ratio);
  const { calls, path, phases, seconds, ratio, cpu, accepted } = middle(measured);
  if (accepted < run.iterations)
    throw new Error(`${run.name}: ${accepted} of ${run.iterations} updates were accepted.`);
  isTooSlow ||= ratio > most;
  rows.push({
    name: `${run.services}, ${run.name}`,
    samples: measured.map((each) => each.ratio),
    more: {
      fastest: measured[0]?.ratio ?? ratio,
      slowest: measured.at(-1)?.ratio ?? ratio,
      s: seconds,
      "critical path, s": path,
      "calls in a row": phases.length,
      "model calls": calls,
      "CPU, s": cpu,
    },
  });
  details.push(
    `${run.services}, ${run.name} (${accepted} accepted):`,
    ...phases.map(
      ({ name, calls: count, open, seconds: took }) =>
        `  ${took.toFixed(2)} s  ${name}: ${count} calls, at most ${open} at once`,
    ),
  );
}
console.log(details.join("\n"));
await report(
  "critical-path",
  [{ title: "An alignment beside its critical path", unit: "× the critical path", rows }],
  `${history} interactions, batch ${batch}, holdout ${holdout}, ${waitMs} ms a model call, ${times} times.`,
);
if (isTooSlow) {
  console.error(`\nA run took more than ${most} times its critical path.`);
  process.exitCode = 1;
}

interface Measured {
  readonly calls: number;
  /** In seconds. */
  readonly path: number;
  readonly phases: readonly Phase[];
  readonly seconds: number;
  /** Of `seconds` to `path`. */
  readonly ratio: number;
  /** Of this process, in seconds. */
  readonly cpu: number;
  readonly accepted: number;
}

async function measure({
  services,
  mode,
  iterations,
  asksMemory = false,
}: Run): Promise<Measured[]> {
  const model = fork(new URL("waiting-model-process.ts", import.meta.url), {
    execArgv: ["--import", "tsx"],
  });
  model.send({ asksMemory });
  const [{ url }] = (await once(model, "message")) as [{ url: string }];
  const folder = await mkdtemp(join(tmpdir(), "critical-path-"));
  const { agent, close } = await openAgent(services, url, folder);
  const align = (user: string) =>
    agent.align(user, { settings: { batch, holdout, iterations, ...(mode && { mode }) } });
  const users = Array.from({ length: times }, (_, number) => `ines-${number}`);
  try {
    for (const user of ["bo", ...users]) await agent.memory.episodes.addMany(user, episodes(user));
    await agent.memory.episodes.settled();
    // A worker that aligns has done so before: what Node compiles the first time is not a price of every run.
    await align("bo");
    const slow = once(model, "message");
    model.send({ waitMs });
    await slow;
    const runs: {
      begun: number;
      ended: number;
      cpu: number;
      accepted: number;
      batchItems: number[];
    }[] = [];
    for (const user of users) {
      const cpuBefore = process.cpuUsage();
      const begun = performance.timeOrigin + performance.now();
      const { iterations: done } = await align(user);
      const ended = performance.timeOrigin + performance.now();
      const { user: inCode, system } = process.cpuUsage(cpuBefore);
      const accepted = done.filter((iteration) => iteration.accepted).length;
      const batchItems = await batchOf(agent, user);
      runs.push({ begun, ended, cpu: (inCode + system) / 1_000_000, accepted, batchItems });
    }
    const told = once(model, "message");
    model.send("stop");
    const [{ calls: all }] = (await told) as [{ calls: ModelCall[] }];
    return runs.map(({ begun, ended, cpu, accepted, batchItems }) => {
      const calls = all.filter(({ arrived }) => arrived >= begun && arrived < ended);
      const phases = phasesOf(calls, begun, batchItems);
      const path = (phases.length * waitMs) / 1_000;
      const seconds = (ended - begun) / 1_000;
      return { calls: calls.length, path, phases, seconds, ratio: seconds / path, cpu, accepted };
    });
  } finally {
    await close();
    model.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function middle(measured: readonly Measured[]): Measured {
  const found = measured[Math.floor(measured.length / 2)];
  if (found === undefined) throw new Error("Nothing was measured.");
  return found;
}

async function openAgent(
  services: Run["services"],
  url: string,
  dataDir: string,
): Promise<{ readonly agent: PersonaAgent; readonly close: () => Promise<void> }> {
  if (services === "embedded") {
    const agent = await openPersonaAgent({ MODEL: modelName, OPENAI_BASE_URL: url }, { dataDir });
    return { agent, close: () => agent.close() };
  }
  const model = loadChatModel(modelName, { openaiBaseUrl: url });
  return { agent: createPersonaAgent({ model, modelName }), close: async () => {} };
}

function episodes(user: string): Episode[] {
  const toEpisode = createTimeline();
  const begin = Date.parse("2025-01-01T00:00:00.000Z");
  return Array.from({ length: history }, (_, number) => {
    const words = Array.from(
      { length: 40 },
      (_word, place) => `w${(number * 7 + place * 13) % 97}`,
    );
    return toEpisode(user, {
      itemId: String(number),
      query: lampQuestion("LaMP_3", `${itemText(number)} ${words.join(" ")}`),
      response: null,
      answer: "5",
      at: new Date(begin + number * 60_000).toISOString(),
      coarse: false,
      task: "LaMP_3",
    });
  }).filter((episode) => episode !== null);
}

/** Numbers of the items of the batch of a user's only run. */
async function batchOf(agent: PersonaAgent, user: string): Promise<number[]> {
  const log = await agent.memory.personas.history(user);
  const chosen = log.flatMap(({ alignment }) => alignment?.scores.batch ?? []);
  return episodes(user).flatMap(({ id }, number) =>
    chosen.some(({ episodeId }) => episodeId === id) ? [number] : [],
  );
}

/**
 * Phases in the order in which their first calls came: as many as calls that must follow each other. A candidate answers
 * its batch, and then held-out items group by group, as each waits for what the one before decided.
 */
function phasesOf(calls: readonly ModelCall[], begun: number, batchItems: readonly number[]) {
  const heldOut = new Map<number, number[]>();
  const phased = calls.map(({ kind, item, updates, arrived, answered }) => {
    const phase = (what: string) => ({ phase: `${what} ${updates}`, arrived, answered });
    if (item === null) return phase(kind);
    if (batchItems.includes(item)) return phase(`${kind}, batch`);
    const asked = heldOut.get(updates) ?? [];
    heldOut.set(updates, asked.includes(item) ? asked : [...asked, item]);
    const place = heldOut.get(updates)?.indexOf(item) ?? 0;
    return phase(`${kind}, group ${Math.floor(place / groupSize) + 1}`);
  });
  let before = begun;
  const names = [...new Set(phased.map(({ phase }) => phase))];
  return names.map((name): Phase => {
    const own = phased.filter(({ phase }) => phase === name);
    const last = Math.max(...own.map(({ answered }) => answered));
    const seconds = (last - before) / 1_000;
    before = last;
    const open = own.map(
      ({ arrived }) =>
        own.filter((other) => other.arrived <= arrived && other.answered > arrived).length,
    );
    return { name, calls: own.length, open: Math.max(...open), seconds };
  });
}
