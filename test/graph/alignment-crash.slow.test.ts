import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { PersonaCheckpoint } from "../../src/domain/persona/persona-checkpoint.js";
import type { AlignmentResult } from "../../src/app/alignment-runs/aligner.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import type { ChildNews, ChildOrder, Death } from "../support/processes/alignment-child.js";
import {
  type AlignmentRequest,
  drink,
  type ReplyTo,
  startAlignmentServer,
} from "../support/servers/alignment-server.js";
import { compiled } from "../support/setup/compiled.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/servers/postgres.js";
import { newDataFolder } from "../support/setup/data-folder.js";

// A dozen processes one after another, each of which opens a database.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 });

const items = 6;
/** No answer says it word for word, so that a judge compares them. */
const groundTruth = "a cup of tea";
const settings = {
  batch: 3,
  holdout: 3,
  iterations: 2,
  concurrency: 2,
  // A candidate is taken for one item that it answers better.
  minimumItems: 3,
  acceptance: "strict" as const,
  minNetWins: 1,
  significanceLevel: 0.5,
};
const occasions = new Map(Array.from({ length: items }, (_, n) => [drink(n).id, n]));

/** The nth request like this, over all processes. */
interface FatalRequest {
  readonly nth: number;
  readonly like: (request: AlignmentRequest) => boolean;
}
type Kill = { readonly death: Death } | { readonly request: FatalRequest };

/** Where one run is killed, in the order in which it comes by. */
const everyNode: Readonly<Record<string, Kill>> = {
  "in refresh-profile": { request: { nth: 1, like: ({ kind }) => kind === "profile" } },
  "in draw-simulation-profiles": { request: { nth: 4, like: ({ kind }) => kind === "profile" } },
  "before select-items": { death: { when: "after", write: "step", of: "select-items" } },
  "in simulate": {
    request: { nth: 5, like: ({ kind, persona }) => kind === "simulation" && persona === "none" },
  },
  "before select-batch": { death: { when: "after", write: "step", of: "select-batch" } },
  "in textual-loss": { request: { nth: 2, like: ({ kind }) => kind === "critique" } },
  "in textual-gradient": { request: { nth: 1, like: ({ kind }) => kind === "update" } },
  "in validate": {
    request: { nth: 3, like: ({ kind, persona }) => kind === "simulation" && persona === "good" },
  },
  "in judge": { request: { nth: 3, like: ({ kind }) => kind === "verdict" } },
  "in accept-candidate": { death: { when: "before", write: "step", of: "commit-checkpoint" } },
  "in commit-checkpoint, before it writes": { death: { when: "before", write: "persona" } },
  "in commit-checkpoint, after it wrote": { death: { when: "after", write: "persona" } },
  "in a later iteration": {
    request: { nth: 1, like: ({ kind, persona }) => kind === "update" && persona === "good" },
  },
  "at the end": { death: { when: "after", write: "step", of: "end" } },
};

/** Where it is killed on a second kind of database, which only has to keep what it was given. */
const fewNodes = ["in simulate", "in commit-checkpoint, after it wrote", "at the end"];

/**
 * Ada, for whose first drinks the good line gains three and loses one of each eight, which is thin, and later ones gain.
 * Her first run rejects the line, and the second one tries it again.
 */
const thin = {
  settings: { batch: 4, iterations: 1, toolRounds: 0, judge: false, concurrency: 2 },
  groundTruth: "tea",
  items: { first: 26, all: 34 },
} as const;
const thinReply: ReplyTo = ({ kind, occasion, persona }) => {
  if (kind !== "simulation" || occasion === null) return undefined;
  const hasLine = persona === "good";
  const [isGained, isLost] =
    occasion < thin.items.first ? [occasion % 4 === 0, occasion % 6 === 1] : [true, false];
  const isWrong = (isLost || isGained) && isLost === hasLine;
  return { kind: "message", text: isWrong ? "coffee" : "tea" };
};

const underGoodLine = ({ kind, persona }: AlignmentRequest) =>
  kind === "simulation" && persona === "good";
/** Where the second run is killed: the candidate answers a batch of 4, and then what is new to it, two at a time. */
const tryingAgain: Readonly<Record<string, Kill>> = {
  "before its batch": { request: { nth: 1, like: underGoodLine } },
  "among its batch": { request: { nth: 4, like: underGoodLine } },
  "among what is new to it": { request: { nth: 9, like: underGoodLine } },
  "once it is judged": { death: { when: "before", write: "step", of: "commit-checkpoint" } },
  "before it is written": { death: { when: "before", write: "persona" } },
  "once it is written": { death: { when: "after", write: "persona" } },
  "at the end": { death: { when: "after", write: "step", of: "end" } },
};

/** What a request is asked for, in the words in which a process says that the answer was kept. */
function resultOf({ kind, occasion, persona, text }: AlignmentRequest): string {
  if (kind === "profile") {
    const unread = [...occasions.values()].filter((n) => !text.includes(`occasion ${n}?`));
    return unread.length === 0 ? kind : `${kind} ${unread.join(",")}`;
  }
  if (kind === "update") return `${kind} ${persona === "none" ? "good" : "bad"}`;
  return `${kind} ${occasion} ${persona}`;
}

/** The same of what a process said: episodes by their number, personas by their line. */
function keptResult(said: string): string {
  const [kind = "", ...of] = said.split(" ");
  // The only candidate of the first iteration, and of the second.
  const persona = (key = "") =>
    key.endsWith("-1-1") ? "good" : key.endsWith("-2-1") ? "bad" : "none";
  const numbers = (ids: string) => ids.split(",").map((id) => occasions.get(id));
  if (kind === "profile") return of[0] === undefined ? kind : `${kind} ${numbers(of[0]).join(",")}`;
  return `${kind} ${occasions.get(of[0] ?? "")} ${persona(of[1])}`;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

function startChild(): Child {
  // A database that is opened for seconds is not worth compiling to the last.
  return spawn(
    process.execPath,
    ["--liftoff-only", compiled("test/support/processes/alignment-child.ts")],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
}

/** Processes that align Ada's persona one after another on one storage, and the model that they all ask. */
async function processes(storage: ChildOrder["storage"], reply: ReplyTo = () => undefined) {
  let spare = startChild();
  let child: Child | undefined;
  let fatal: FatalRequest | undefined;
  const kept = new Set<string>();
  /** Answers that an earlier process had kept, and that were asked for again. */
  const repeated: string[] = [];
  const server = await startAlignmentServer((request, usual) => {
    const { kind, persona } = request;
    const result = resultOf(request);
    if (kept.has(result)) repeated.push(result);
    // A candidate answers once its update was kept.
    if (kind === "simulation" && persona !== "none") kept.add(`update ${persona}`);
    if (fatal === undefined || !fatal.like(request)) return reply(request, usual);
    if (server.asked.filter(fatal.like).length < fatal.nth) return reply(request, usual);
    child?.kill("SIGKILL");
    return { kind: "silence" };
  });

  return {
    repeated,
    asked: server.asked,
    /** Runs the next process to its end, which is its own or the one that was ordered. */
    async next(
      kill: Kill | null,
      order: Partial<Pick<ChildOrder, "action" | "settings" | "items" | "groundTruth">> = {},
    ): Promise<{ readonly signal: string | null; readonly last: ChildNews | undefined }> {
      child = spare;
      spare = startChild();
      fatal = kill !== null && "request" in kill ? kill.request : undefined;
      const death = kill !== null && "death" in kill ? kill.death : undefined;
      let said = "";
      child.stdout.on("data", (text) => (said += String(text)));
      const whole = {
        storage,
        modelUrl: server.url,
        settings,
        items,
        groundTruth,
        action: "align",
      };
      child.stdin.write(`${JSON.stringify({ ...whole, ...order, death })}\n`);
      const [, signal] = await once(child, "close");
      const news = said
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ChildNews]));
      for (const each of news)
        if (each.kind === "kept") for (const result of each.results) kept.add(keptResult(result));
      return { signal: signal as string | null, last: news.at(-1) };
    },
    /** What the next run asks was not asked before. */
    nextRun() {
      kept.clear();
      server.asked.length = 0;
    },
    async close() {
      spare.kill("SIGKILL");
      child?.kill("SIGKILL");
      await server.close();
    },
  };
}

/** The checkpoints of a run, without what names the run: its id, and with it theirs. */
function told(log: readonly PersonaCheckpoint[]) {
  const places = new Map(log.map(({ id }, place) => [id, place]));
  return log.map(({ parentId, alignment, ...checkpoint }) => ({
    ...checkpoint,
    id: "",
    parent: parentId === null ? null : places.get(parentId),
    alignment: alignment && { ...alignment, runId: "", profileId: "", earlier: null },
    earlier: alignment?.earlier && { ...alignment.earlier, id: places.get(alignment.earlier.id) },
  }));
}

async function uninterrupted() {
  const server = await startAlignmentServer();
  try {
    const agent = createPersonaAgent({
      model: loadChatModel("openai:tiny", { openaiBaseUrl: server.url }),
      now: () => new Date("2026-05-01T10:00:00.000Z"),
    });
    await agent.memory.episodes.addMany(
      "ada",
      Array.from({ length: items }, (_, n) => drink(n, groundTruth)),
    );
    const result = await agent.align("ada", { settings });
    return { result, log: await agent.memory.personas.history("ada") };
  } finally {
    await server.close();
  }
}

/** The same two runs in one process that nobody kills. */
async function uninterruptedTwice() {
  const server = await startAlignmentServer(thinReply);
  try {
    const agent = createPersonaAgent({
      model: loadChatModel("openai:tiny", { openaiBaseUrl: server.url }),
      now: () => new Date("2026-05-01T10:00:00.000Z"),
    });
    const { memory } = agent;
    const run = async (items: number) => {
      const drinks = Array.from({ length: items }, (_, n) => drink(n, thin.groundTruth));
      await memory.episodes.addMany("ada", drinks);
      return agent.align("ada", { settings: thin.settings });
    };
    await run(thin.items.first);
    const result = await run(thin.items.all);
    const log = await memory.personas.history("ada");
    return { result, log, judged: await memory.acceptance.judged() };
  } finally {
    await server.close();
  }
}

/** The log in the order of writing: the clock of these processes stands still. */
function byTry(log: readonly PersonaCheckpoint[]): PersonaCheckpoint[] {
  const tries = ({ alignment }: PersonaCheckpoint) =>
    alignment === null ? 0 : alignment.earlier === undefined ? 1 : 2;
  return log.toSorted((a, b) => tries(a) - tries(b));
}

function doneOf(news: ChildNews | undefined) {
  if (news?.kind !== "done")
    throw new Error(`The process did not end well: ${JSON.stringify(news)}`);
  return {
    result: news.result as AlignmentResult,
    log: news.log as PersonaCheckpoint[],
    judged: news.judged as unknown[],
    status: news.status,
  };
}

const storages = [
  { name: "the embedded PGlite", needsPostgres: false },
  { name: "PostgreSQL", needsPostgres: true },
] as const;

describe.each(storages.filter(({ needsPostgres }) => hasPostgres || !needsPostgres))(
  "an alignment killed with kill -9, on $name",
  ({ needsPostgres }) => {
    let postgres: TestPostgres | undefined;
    let folder: string;
    let storage: ChildOrder["storage"];
    let run: Awaited<ReturnType<typeof processes>>;
    beforeAll(async () => void (postgres = needsPostgres ? await startPostgres() : undefined));
    beforeEach(async () => {
      folder = await newDataFolder("persona-crash-");
      storage = postgres ? { url: await postgres.createDatabase() } : { folder };
      run = await processes(storage);
    });
    afterEach(async () => {
      await run.close();
      await rm(folder, { recursive: true, force: true });
    });
    afterAll(() => postgres?.stop());

    it(`at ${needsPostgres ? "some nodes" : "each node"} in turn ends in the same checkpoints, and repeats no stored model call`, async () => {
      for (const [where, kill] of Object.entries(everyNode)) {
        if (needsPostgres && !fewNodes.includes(where)) continue;
        const { signal, last } = await run.next(kill);
        expect(signal, `${where}: ${JSON.stringify(last)}`).toBe("SIGKILL");
      }
      const { result, log, status } = doneOf((await run.next(null)).last);
      const reference = await uninterrupted();

      expect(told(log)).toEqual(told(reference.log));
      expect(result.iterations).toEqual(reference.result.iterations);
      expect(result.head).toEqual(reference.result.head);
      expect(result.usage).toEqual(reference.result.usage);
      expect(status).toBe("idle");
      expect(run.repeated).toEqual([]);
    });

    it.runIf(needsPostgres || !hasPostgres)(
      "while it tries a rejected candidate again keeps its result once",
      async () => {
        await run.close();
        run = await processes(storage, thinReply);
        const { settings: thinSettings, groundTruth: tea } = thin;
        const order = { settings: thinSettings, groundTruth: tea };
        const first = doneOf((await run.next(null, { ...order, items: thin.items.first })).last);
        expect(byTry(first.log)[1]?.alignment?.decision?.outcome).toBe("harm-possible");

        run.nextRun();
        const again = { ...order, items: thin.items.all };
        for (const [where, kill] of Object.entries(tryingAgain)) {
          const { signal, last } = await run.next(kill, again);
          expect(signal, `${where}: ${JSON.stringify(last)}`).toBe("SIGKILL");
        }
        const { result, log, judged, status } = doneOf((await run.next(null, again)).last);
        const reference = await uninterruptedTwice();

        expect(told(byTry(log))).toEqual(told(byTry(reference.log)));
        expect(result.head.version).toBe(1);
        expect(byTry(log)[2]?.alignment?.earlier?.id).toBe(byTry(first.log)[1]?.id);
        expect(result.iterations).toEqual(reference.result.iterations);
        // It is one judged candidate, whose second try took the place of the first.
        expect(judged).toEqual(reference.judged);
        expect(judged).toHaveLength(1);
        expect(judged).not.toEqual(first.judged);
        expect(status).toBe("idle");
        expect(run.repeated).toEqual([]);
      },
    );

    it.runIf(needsPostgres || !hasPostgres)(
      "around a person's review loses neither the candidate nor the decision",
      async () => {
        const reviewed = { settings: { ...settings, iterations: 1, review: true } };
        const expectKilled = async (death: Death, action: ChildOrder["action"]) =>
          expect(await run.next({ death }, { ...reviewed, action })).toMatchObject({
            signal: "SIGKILL",
          });
        await expectKilled({ when: "before", write: "status", of: "review" }, "align");
        const waiting = doneOf((await run.next(null, reviewed)).last);
        expect(waiting.status).toBe("review");
        expect(waiting.result.review?.lines).toHaveLength(1);
        expect(waiting.log).toHaveLength(1);

        // The decision is not kept yet, then it is kept, then it is carried out.
        await expectKilled({ when: "after", write: "status", of: "running" }, "approve");
        await expectKilled({ when: "before", write: "persona" }, "approve");
        await expectKilled({ when: "after", write: "persona" }, "align");
        const { log, status, result } = doneOf((await run.next(null, reviewed)).last);
        expect(log.map(({ version, status: standing }) => [version, standing])).toEqual([
          [0, "active"],
          [1, "active"],
        ]);
        expect(log[1]?.alignment?.review).toMatchObject({ decision: "approve", author: "bea" });
        expect(result.review).toBeNull();
        expect(status).toBe("idle");
        expect(run.repeated).toEqual([]);
      },
    );
  },
);
