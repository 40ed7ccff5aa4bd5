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
async function processes(storage: ChildOrder["storage"]) {
  let spare = startChild();
  let child: Child | undefined;
  let fatal: FatalRequest | undefined;
  const kept = new Set<string>();
  /** Answers that an earlier process had kept, and that were asked for again. */
  const repeated: string[] = [];
  const server = await startAlignmentServer((request) => {
    const { kind, persona } = request;
    const result = resultOf(request);
    if (kept.has(result)) repeated.push(result);
    // A candidate answers once its update was kept.
    if (kind === "simulation" && persona !== "none") kept.add(`update ${persona}`);
    if (fatal === undefined || !fatal.like(request)) return undefined;
    if (server.asked.filter(fatal.like).length < fatal.nth) return undefined;
    child?.kill("SIGKILL");
    return { kind: "silence" };
  });

  return {
    repeated,
    asked: server.asked,
    /** Runs the next process to its end, which is its own or the one that was ordered. */
    async next(
      kill: Kill | null,
      order: Partial<Pick<ChildOrder, "action" | "settings">> = {},
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
    alignment: alignment && { ...alignment, runId: "", profileId: "" },
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

function doneOf(news: ChildNews | undefined) {
  if (news?.kind !== "done")
    throw new Error(`The process did not end well: ${JSON.stringify(news)}`);
  return {
    result: news.result as AlignmentResult,
    log: news.log as PersonaCheckpoint[],
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
    let run: Awaited<ReturnType<typeof processes>>;
    beforeAll(async () => void (postgres = needsPostgres ? await startPostgres() : undefined));
    beforeEach(async () => {
      folder = await newDataFolder("persona-crash-");
      run = await processes(postgres ? { url: await postgres.createDatabase() } : { folder });
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
