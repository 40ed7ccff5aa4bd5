import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { openPersonaAgent } from "../../../src/app/open-persona-agent.js";
import type { ServingNews, ServingOrder } from "./serving-child.js";

export interface StormOptions {
  readonly databaseUrl: string;
  readonly chromaUrl: string;
  /** The program of a serving process, `serving-child`. */
  readonly child: readonly string[];
  readonly users: number;
  /** Of all users together; every other one is answered truly afterwards. */
  readonly turns: number;
  /** By turns, not by time, so that a quick machine has as many kills as a slow one. */
  readonly turnsBetweenKills: number;
  /** Called once, half-way. */
  readonly restartDatabase: () => Promise<void>;
  readonly log?: (line: string) => void;
}

/** What was found afterwards. All but the first five are to be 0. */
export interface StormFindings {
  readonly turns: number;
  readonly feedbacks: number;
  readonly alignments: number;
  readonly kills: number;
  readonly unacknowledged: number;
  readonly lostEpisodes: number;
  readonly lostFeedback: number;
  readonly foreignRecalls: number;
  readonly usersWithoutOneHead: number;
  readonly runsAtOnce: number;
  readonly lostAlignments: number;
  readonly jobsLeft: number;
}

/** True answers of the past, so that an alignment can be due. */
const historySize = 12;
const [atOnce, processes] = [4, 2];

/**
 * Two processes answer turns, take feedback and do the alignments of a job queue, all on one PostgreSQL and one Chroma.
 * Every few turns one of them is ended by `kill -9` and begun anew, and PostgreSQL restarts once.
 */
export async function serveThroughStorm(options: StormOptions): Promise<StormFindings> {
  const { users, turns, databaseUrl, chromaUrl, log = () => undefined } = options;
  const env = { DATABASE_URL: databaseUrl, CHROMA_URL: chromaUrl, JOBS: "postgres" };
  const names = Array.from({ length: users }, (_, n) => `user-${n + 1}`);
  const agent = await openPersonaAgent(env, { log });
  await agent.import(
    names.flatMap((user) =>
      Array.from({ length: historySize }, (_, n) => ({
        user,
        query: `${wordOf(user)}: tea or coffee, number ${n}?`,
        answer: n % 3 === 0 ? "coffee" : "tea",
        options: "tea|coffee",
        at: `2026-01-${String(n + 1).padStart(2, "0")}`,
      })),
    ),
    { profiles: false },
  );

  const acknowledged = new Map<string, { user: string; answered: boolean; recalled: string[] }>();
  const runs: { user: string; from: number; to: number; process: number }[] = [];
  let [kills, feedbacks, unacknowledged, next] = [0, 0, 0, 0];
  const places = await Promise.all(
    Array.from({ length: processes }, (_, n) => begin(n, options, runs, log)),
  );

  const order = async (place: number, given: WithoutId) => {
    const serving = places[place];
    if (serving === undefined) throw new Error("There is no such process.");
    return (await serving.ready) ? serving.order({ ...given, id: (next += 1) }) : null;
  };
  const doTurn = async (turn: number) => {
    const user = names[turn % users] ?? "";
    const message = `${wordOf(user)} asks on day ${turn}: tea or coffee?`;
    for (let place = turn; ; place += 1) {
      const answered = await order(place % processes, { do: "ask", user, message });
      if (answered?.kind !== "done" || answered.episodeId === null) {
        unacknowledged += 1;
        await delay(50);
        continue;
      }
      const { episodeId, recalled } = answered;
      acknowledged.set(episodeId, { user, answered: false, recalled: [...recalled] });
      if (turn % 2 === 1) return;
      const text = turn % 3 === 0 ? "coffee" : "tea";
      for (let again = place + 1; ; again += 1) {
        const given = await order(again % processes, { do: "feedback", user, episodeId, text });
        if (given?.kind === "done") break;
        unacknowledged += 1;
        await delay(50);
      }
      feedbacks += 1;
      acknowledged.set(episodeId, { user, answered: true, recalled: [...recalled] });
      return;
    }
  };

  const killNext = async () => {
    const victim = kills % processes;
    kills += 1;
    await places[victim]?.kill();
    places[victim] = await begin(victim, options, runs, log);
  };
  let [turn, done, isRestarted] = [0, 0, false];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let mine = turn++; mine < turns; mine = turn++) {
        if (mine >= turns / 2 && !isRestarted) {
          isRestarted = true;
          log("PostgreSQL restarts.");
          await options.restartDatabase();
        }
        await doTurn(mine);
        done += 1;
        if (done % options.turnsBetweenKills === 0) await killNext();
        if (done % 250 === 0) log(`${done} turns of ${turns}, ${kills} kills.`);
      }
    }),
  );
  log("All turns are done; the queue is drained.");

  // One more turn each: what a process that was killed had yet to request is requested by the next turn.
  const lastTurns = names.map((_, n) => turns + n);
  for (let n = 0; n < lastTurns.length; n += atOnce)
    await Promise.all(lastTurns.slice(n, n + atOnce).map(doTurn));
  let left = await agent.jobs?.counts();
  while (left !== undefined && left.waiting + left.running > 0) {
    await delay(500);
    left = await agent.jobs?.counts();
  }
  await Promise.all(places.map((place) => place.end()));

  let [lostEpisodes, lostFeedback, foreignRecalls, usersWithoutOneHead] = [0, 0, 0, 0];
  let lostAlignments = 0;
  for (const user of names) {
    const episodes = await agent.list(user);
    const byId = groupedBy(episodes, ({ id }) => id);
    for (const [id, turnOf] of acknowledged) {
      if (turnOf.user !== user) continue;
      const found = byId.get(id) ?? [];
      if (found.length !== 1) lostEpisodes += 1;
      if (turnOf.answered && found[0]?.answer === null) lostFeedback += 1;
      foreignRecalls += turnOf.recalled.filter((each) => !byId.has(each)).length;
    }
    foreignRecalls += episodes.filter(({ query }) => !query.startsWith(wordOf(user))).length;
    const history = await agent.log(user);
    const taken = history.filter(({ status }) => status === "active").map(({ version }) => version);
    const isChain = taken.every((version, place) => version === place);
    if (history.filter(({ head }) => head).length !== 1 || !isChain) usersWithoutOneHead += 1;
    if ((await agent.status(user, 4)).due) lostAlignments += 1;
  }
  await agent.close();
  return {
    turns: acknowledged.size,
    feedbacks,
    alignments: runs.length,
    kills,
    unacknowledged,
    lostEpisodes,
    lostFeedback,
    foreignRecalls,
    usersWithoutOneHead,
    runsAtOnce: overlapping(runs),
    lostAlignments,
    jobsLeft: (left?.waiting ?? 0) + (left?.running ?? 0) + (left?.dead ?? 0),
  };
}

/** Stands in everything of a user and in nothing of anybody else. */
const wordOf = (user: string) => `zq${user.replace("user-", "")}x`;

type WithoutId = ServingOrder extends infer Each
  ? Each extends unknown
    ? Omit<Each, "id">
    : never
  : never;
type Answer = Extract<ServingNews, { readonly kind: "done" | "refused" }>;

interface Serving {
  /** Whether it began; false if it was killed before. */
  readonly ready: Promise<boolean>;
  /** `null` when it ended before it answered. */
  order(order: WithoutId & { readonly id: number }): Promise<Answer | null>;
  kill(): Promise<void>;
  end(): Promise<void>;
}

async function begin(
  place: number,
  { child: [command = "", ...words], databaseUrl, chromaUrl }: StormOptions,
  runs: { user: string; from: number; to: number; process: number }[],
  log: (line: string) => void,
): Promise<Serving> {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(command, words, {
    env: { PATH: process.env["PATH"], DATABASE_URL: databaseUrl, CHROMA_URL: chromaUrl },
    stdio: ["pipe", "pipe", "inherit"],
  });
  // A write to a process that was just killed.
  child.stdin.on("error", () => undefined);
  const waiting = new Map<number, (answer: Answer | null) => void>();
  const open = new Map<string, number>();
  let isEnded = false;
  let tellReady: (isReady: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (tellReady = resolve));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const news = JSON.parse(line) as ServingNews;
    if (news.kind === "ready") tellReady(true);
    else if (news.kind === "says") log(`${place}: ${news.line}`);
    else if ("id" in news) {
      waiting.get(news.id)?.(news);
      waiting.delete(news.id);
    } else if (news.kind === "aligning") open.set(news.user, news.at);
    else if (news.kind === "aligned") closeRun(news.user, news.at);
    else open.delete(news.user);
  });
  const closeRun = (user: string, to: number) => {
    const from = open.get(user);
    open.delete(user);
    if (from !== undefined) runs.push({ user, from, to, process: place });
  };
  child.once("close", () => {
    isEnded = true;
    tellReady(false);
    for (const [user] of open) closeRun(user, Date.now());
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  });
  return {
    ready,
    order(given) {
      if (isEnded) return Promise.resolve(null);
      return new Promise((resolve) => {
        waiting.set(given.id, resolve);
        child.stdin.write(`${JSON.stringify(given)}\n`);
      });
    },
    async kill() {
      if (isEnded) return;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
    async end() {
      const closed = once(child, "close");
      child.stdin.end();
      await closed;
    },
  };
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** How many runs of a user began while another one was at work. */
function overlapping(runs: readonly { user: string; from: number; to: number }[]): number {
  let count = 0;
  for (const own of groupedBy(runs, ({ user }) => user).values()) {
    const sorted = own.toSorted((a, b) => a.from - b.from);
    for (const [place, run] of sorted.entries())
      if (place > 0 && run.from < (sorted[place - 1]?.to ?? 0)) count += 1;
  }
  return count;
}
