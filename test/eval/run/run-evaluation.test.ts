import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Method } from "../../../src/eval/method.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import {
  armOf,
  askingMethod,
  evaluationOptions,
  ratingSet,
  recordedBy,
  type Recorded,
  ToldModel,
} from "../../support/evaluation/evaluation.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import { compiled } from "../../support/setup/compiled.js";

const plain = askingMethod("plain");
const ready = askingMethod("ready", { prepares: true });
const sets = [ratingSet("films", 3, 3), ratingSet("books", 2, 2)];
const arms = [armOf(plain), armOf(ready)];
/** Of the run above: a question of each arm, and a preparation of one arm for each user. */
const counts = { questions: 2 * (9 + 4), preparations: 5 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluation-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The answer depends on the prompt alone. */
const replyTo = (text: string): OpenAiReply => ({
  kind: "message",
  text: String(1 + (text.length % 5)),
});
let reply: (text: string, number: number) => OpenAiReply = replyTo;
let server: OpenAiServer;
beforeAll(async () => {
  server = await startOpenAiServer(({ body }) =>
    reply(JSON.stringify(body["messages"]), server.requests.length),
  );
});
beforeEach(() => {
  server.requests.length = 0;
  reply = replyTo;
});
afterAll(() => server.close());

function given(changes: Parameters<typeof evaluationOptions>[1] = {}) {
  const model = loadChatModel("openai:scripted", { openaiBaseUrl: server.url, maxRetries: 0 });
  return evaluationOptions({ folder, sets, arms, model }, changes);
}

/** What must be the same however often a run was stopped: everything but seconds and the order. */
function contentOf({ predictions, prepared }: Recorded) {
  const lines = [...predictions, ...prepared].map((line) =>
    JSON.stringify({ ...line, seconds: 0 }),
  );
  return lines.toSorted();
}

const asked = () => server.requests.map(({ body }) => JSON.stringify(body["messages"]));

describe("a run", () => {
  it("asks every question of every arm once, and records prompt, answer, cost and preparation", async () => {
    const { predictions, prepared, run, stoppedBy } = await recordedBy(given());
    expect(stoppedBy).toBeNull();
    expect(predictions).toHaveLength(counts.questions);
    expect(asked()).toHaveLength(counts.questions + counts.preparations);
    expect(new Set(asked()).size).toBe(asked().length);
    expect(prepared).toHaveLength(2 * counts.preparations);
    const one = predictions.find(({ arm, question }) => arm === "ready" && question === "2-1");
    expect(one).toEqual({
      arm: "ready",
      set: "films",
      case: "films-user-2",
      user: "films-user-2",
      question: "2-1",
      gold: "4",
      prediction: expect.stringMatching(/^[1-5]$/),
      output: expect.stringMatching(/^[1-5]$/),
      error: null,
      prompt: expect.stringMatching(/^ready knows "[1-5]": .*Review films 2-1\./s),
      tools: [],
      usage: { calls: 1, tokens: { in: 11, out: 7 } },
      seconds: expect.any(Number),
    });
    expect(run).toMatchObject({
      seed: 1,
      sets: [
        { name: "films", task: "LaMP_3", users: 3, questions: 9 },
        { name: "books", users: 2, questions: 4 },
      ],
      arms: [{ id: "plain", method: "plain" }, { id: "ready" }],
      versions: { "persona-agent": expect.any(String), node: process.versions.node },
    });
    expect(run.timing.questionSeconds).toBeGreaterThan(0);
  });

  it("resumes wherever its answers were cut off, and repeats no recorded question", async () => {
    const small = { sets: [ratingSet("films", 1, 2)], arms: [armOf(ready)] };
    const whole = contentOf(await recordedBy(given(small)));
    const file = join(folder, "predictions.jsonl");
    const bytes = await readFile(file);
    const ends = [...bytes.keys()].filter((at) => bytes[at] === 10);
    expect(ends).toHaveLength(2);
    const [first = 0, last = 0] = ends;
    for (const length of [0, 1, first, first + 1, first + 9, last, last + 1]) {
      await writeFile(file, bytes.subarray(0, length));
      server.requests.length = 0;
      const again = await recordedBy(given({ ...small, resume: true }));
      expect(contentOf(again)).toEqual(whole);
      const recorded = ends.filter((end) => end < length).length;
      expect(server.requests, `cut after ${length} bytes`).toHaveLength(2 - recorded);
    }
  });

  it("prepares again only what was not recorded", async () => {
    await recordedBy(given());
    const file = join(folder, "preparations.jsonl");
    const { length } = await readFile(file);
    await truncate(file, length - 5);
    server.requests.length = 0;
    const { prepared } = await recordedBy(given({ resume: true }));
    expect(prepared).toHaveLength(2 * counts.preparations);
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it("gives the same result after kill -9 at many points, and repeats no recorded question", async () => {
    const child = compiled("test/support/processes/evaluation-child.ts");
    const timesAsked = new Map<string, number>();
    let killAfter = 0;
    let current: ReturnType<typeof spawn>;
    reply = (text, number) => {
      timesAsked.set(text, (timesAsked.get(text) ?? 0) + 1);
      if (number === killAfter) current.kill("SIGKILL");
      return replyTo(text);
    };
    const recordedTexts = async () => {
      const text = await readFile(join(folder, "predictions.jsonl"), "utf8").catch(() => "");
      const whole = text.split("\n").slice(0, -1);
      return whole.map((line) => (JSON.parse(line) as { readonly prompt: string }).prompt);
    };
    const run = async () => {
      current = spawn(process.execPath, [child, folder, server.url]);
      let out = "";
      current.stdout?.on("data", (piece) => (out += String(piece)));
      await once(current, "close");
      return out;
    };
    for (const after of [1, 5, 14, 9]) {
      const before = await recordedTexts();
      timesAsked.clear();
      server.requests.length = 0;
      killAfter = after;
      expect(await run()).toBe("");
      const again = before.filter((prompt) =>
        [...timesAsked.keys()].some((text) => text.includes(JSON.stringify(prompt).slice(1, -1))),
      );
      expect(again).toEqual([]);
    }
    killAfter = 0;
    expect(await run()).toBe(String(2 * 18));
    const all = await recordedTexts();
    expect(all).toHaveLength(2 * 18);
    expect(new Set(all).size).toBe(2 * 18);
  }, 60_000);

  it("gives the same numbers for the same seed, in any order of answers", async () => {
    const first = await recordedBy(given({ concurrency: 1 }));
    const other = await mkdtemp(join(tmpdir(), "evaluation-"));
    const second = await recordedBy(given({ folder: other, concurrency: 16 }));
    await rm(other, { recursive: true });
    expect(contentOf(second)).toEqual(contentOf(first));
  });
});

describe("a run's folder", () => {
  const refusal = (options: Parameters<typeof given>[0]) =>
    recordedBy(given(options)).catch((error: Error) => error.message);

  it("is refused without resume if it holds a run", async () => {
    await recordedBy(given());
    expect(await refusal({})).toMatch(/holds a run already; .* --resume/);
  });

  it("is refused under other settings, and the error names them", async () => {
    await recordedBy(given());
    server.requests.length = 0;
    const { deps } = given();
    const resume = true;
    expect(await refusal({ resume, deps: { ...deps, seed: 2 } })).toMatch(/its seed 1, now 2;/);
    expect(await refusal({ resume, deps: { ...deps, modelName: "b" } })).toMatch(
      /its model a, now b;/,
    );
    expect(await refusal({ resume, sets: sets.slice(1) })).toMatch(
      /its sets films,books, now books;/,
    );
    expect(await refusal({ resume, arms: arms.slice(1) })).toMatch(
      /its methods plain,ready, now ready;/,
    );
    const fewer = sets.map((one) => ({ ...one, users: one.users.slice(1) }));
    expect(await refusal({ resume, sets: fewer })).toMatch(/its questions 13 of 5 users/);
    expect(server.requests).toEqual([]);
  });

  it("belongs to one process at a time", async () => {
    let second: unknown;
    const method: Method = {
      ...plain,
      prepare: async () => {
        second ??= await refusal({ resume: true });
        return { state: null, usage: { calls: 0, tokens: { in: 0, out: 0 } }, persona: null };
      },
    };
    await recordedBy(given({ arms: [armOf(method)] }));
    expect(second).toMatch(/^Another process runs an evaluation in /);
  });

  it("is refused if a whole line is no record, or if it holds answers without settings", async () => {
    await recordedBy(given());
    await writeFile(join(folder, "predictions.jsonl"), '{"no":"record"}\n');
    expect(await refusal({ resume: true })).toMatch(
      /^predictions\.jsonl holds a line that is no record/,
    );
    await rm(join(folder, "run.json"));
    expect(await refusal({ resume: true })).toMatch(/holds "[a-z]+\.jsonl" but no run\.json/);
  });
});

describe("an error", () => {
  const failsFor =
    (part: string, status: number): typeof reply =>
    (text) =>
      text.includes(part) ? { kind: "error", status, message: "no" } : replyTo(text);

  it("of a question is recorded with its kind and stops nothing, and a resumed run asks the question again", async () => {
    reply = failsFor("films 1-1.", 500);
    const { predictions } = await recordedBy(given());
    const failed = predictions.filter(({ error }) => error !== null);
    expect(predictions).toHaveLength(counts.questions);
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({
      prediction: null,
      output: null,
      error: expect.stringMatching(/^model-unavailable: The model's server failed \(500\)/),
      usage: { calls: 1 },
    });
    server.requests.length = 0;
    reply = replyTo;
    const again = await recordedBy(given({ resume: true }));
    expect(again.predictions).toHaveLength(counts.questions);
    expect(again.predictions.filter(({ error }) => error !== null)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  it("of a preparation is the error of each of its questions", async () => {
    reply = failsFor("prepares films films-user-0", 500);
    const { predictions, prepared } = await recordedBy(given());
    expect(prepared.filter(({ error }) => error !== null)).toHaveLength(1);
    const failed = predictions.filter(({ error }) => error !== null);
    expect(failed.map(({ case: id, arm }) => [id, arm])).toEqual(
      Array.from({ length: 3 }, () => ["films-user-0", "ready"]),
    );
    expect(failed[0]?.error).toMatch(/^model-unavailable: /);
  });

  it.each([
    ["a refused key", 401, "model-key-refused"],
    ["an unknown model", 404, "model-unavailable"],
  ])("of %s ends the run at once, and records nothing of it", async (_what, status, code) => {
    reply = () => ({ kind: "error", status, message: "no" });
    await expect(recordedBy(given())).rejects.toMatchObject({ code });
    expect(server.requests.length).toBeLessThanOrEqual(4);
    reply = replyTo;
    const again = await recordedBy(given({ resume: true }));
    expect(again.predictions.filter(({ error }) => error === null)).toHaveLength(counts.questions);
  });
});

describe("a limit", () => {
  it("on calls is never exceeded; answers are kept, and the run resumes with a larger limit", async () => {
    const complaint = vi.spyOn(console, "error");
    const { predictions, stoppedBy } = await recordedBy(given({ budget: { calls: 15 } }));
    expect(stoppedBy).toEqual({ budget: "15 model calls" });
    expect(complaint).not.toHaveBeenCalled();
    complaint.mockRestore();
    expect(server.requests).toHaveLength(15);
    expect(predictions).toHaveLength(15 - counts.preparations);
    const same = await recordedBy(given({ resume: true, budget: { calls: 15 } }));
    expect(same.stoppedBy).toEqual({ budget: "15 model calls" });
    expect(server.requests).toHaveLength(15);
    const more = await recordedBy(given({ resume: true, budget: { calls: 1_000 } }));
    expect(more.stoppedBy).toBeNull();
    expect(server.requests).toHaveLength(counts.questions + counts.preparations);
  });

  it("counts failed calls and calls given up, also in a resumed run", async () => {
    const preparing = armOf(askingMethod("ready", { prepares: true }));
    const failing: Method = {
      ...preparing.method,
      async prepare(...given) {
        await preparing.method.prepare(...given);
        throw new Error("Nothing could be made of it.");
      },
    };
    const arms = [{ ...preparing, method: failing }];
    const limited = (calls: number) => given({ resume: true, budget: { calls }, arms });
    const first = await recordedBy(limited(2));
    expect(server.requests).toHaveLength(2);
    expect(first.run.spent.calls).toBe(2);
    await recordedBy(limited(2));
    expect(server.requests).toHaveLength(2);
    const { run } = await recordedBy(limited(3));
    expect(server.requests).toHaveLength(3);
    expect(run.spent.calls).toBe(3);
  });

  it("on tokens stops before the next call", async () => {
    const budget = { tokens: 100 };
    const { stoppedBy } = await recordedBy(given({ budget, concurrency: 1 }));
    expect(stoppedBy).toEqual({ budget: "100 tokens" });
    // Each call is of 18 tokens.
    expect(server.requests).toHaveLength(6);
  });

  it("on concurrent calls holds for the many calls of one preparation", async () => {
    let now = 0;
    let most = 0;
    const model = new ToldModel(async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now -= 1;
    });
    const crowd: Method = {
      ...plain,
      async prepare(_given, _settings, deps) {
        await Promise.all(Array.from({ length: 40 }, () => deps.model.invoke("x")));
        return { state: null, usage: { calls: 40, tokens: { in: 0, out: 0 } }, persona: null };
      },
    };
    const options = evaluationOptions({ folder, sets, arms: [armOf(crowd)], model });
    const { predictions } = await recordedBy(options);
    expect(predictions).toHaveLength(13);
    expect(most).toBe(4);
  });

  it("on calls a minute spreads them evenly", async () => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date", "performance"],
    });
    const times: number[] = [];
    const model = new ToldModel(async () => void times.push(Date.now()));
    try {
      const options = evaluationOptions({ folder, sets, arms: [armOf(plain)], model });
      const running = recordedBy({ ...options, perMinute: 30 });
      let isDone = false;
      void running.finally(() => (isDone = true));
      while (!isDone) {
        await new Promise(setImmediate);
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(times).toHaveLength(13);
      const gaps = times.slice(1).map((time, place) => time - (times[place] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
      const { predictions } = await running;
      expect(Math.max(...predictions.map(({ seconds }) => seconds))).toBeLessThan(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it("by a stop from outside keeps the answers so far", async () => {
    const stop = new AbortController();
    reply = (text, number) => {
      if (number === 12) stop.abort(new Error("stopped"));
      return replyTo(text);
    };
    const first = await recordedBy(given({ signal: stop.signal, concurrency: 1 }));
    expect(first.stoppedBy).toBe("signal");
    expect(first.predictions).toHaveLength(11 - counts.preparations);
    expect(first.predictions.every(({ error }) => error === null)).toBe(true);
    const { predictions } = await recordedBy(given({ resume: true }));
    expect(predictions).toHaveLength(counts.questions);
  });
});
