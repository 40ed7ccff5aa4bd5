import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { ChromaClient } from "chromadb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../../src/cli/run-cli.js";
import { Stopped } from "../../../src/cli/stop-signals.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { allMethods } from "../../../src/eval/methods/all-methods.js";
import { studyNames } from "../../../src/eval/studies.js";
import { startEmbeddedChroma } from "../../../src/memory/chroma/embedded-server.js";
import { preferenceLines, writePrefEval } from "../../support/evaluation/prefeval.js";
import { startOpenAiServer } from "../../../src/fake-model/openai-server.js";

let folder: string;
let data: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "eval-"));
  data = join(folder, "data");
  out = join(folder, "out");
  for (const name of ["books", "films"]) await writeSet(join(data, name), name);
  // Not a set, and left alone.
  await mkdir(join(data, "other"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Three users with two questions each, who rate all that they like with 4 and the rest with 2. */
async function writeSet(path: string, name: string) {
  await mkdir(path, { recursive: true });
  const ids = [0, 1, 2].flatMap((user) => [`${user}-0`, `${user}-1`]);
  const review = (id: string) =>
    `${id.endsWith("0") ? "A lovely" : "A dull"} one of ${name}, ${id}.`;
  const profile = Array.from({ length: 6 }, (_, n) => ({
    id: `p${n}`,
    text: review(`item ${n % 2}`) + ` Number ${n}.`,
    score: n % 2 === 0 ? "4" : "2",
  }));
  const questions = ids.map((id) => ({
    id,
    user_id: id.slice(0, 1),
    input: lampQuestion("LaMP_3", review(id)),
    profile,
  }));
  const golds = ids.map((id) => ({ id, output: id.endsWith("0") ? "4" : "2" }));
  await writeFile(join(path, "dev_questions.json"), JSON.stringify(questions));
  await writeFile(join(path, "dev_outputs.json"), JSON.stringify({ task: "LaMP_3", golds }));
}

async function run(
  words: readonly string[],
  { env = {}, signal = new AbortController().signal, all = ["--data", data] } = {},
) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(["eval", ...all, ...words], {
    env,
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal,
    openAgent: () => Promise.reject(new Error("An evaluation opens no agent.")),
  });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

const two = ["--methods", "prompt,rag"];
interface Printed {
  readonly report: string;
  readonly results: readonly { readonly seconds: number }[];
  readonly paired: readonly unknown[];
}
const parsed = (line: string) => JSON.parse(line) as Printed;
/** Seconds are the machine's. */
const numbersOf = (line: string) =>
  parsed(line).results.map((result) => ({ ...result, seconds: 0 }));

describe("eval", () => {
  it("searches a real Chroma with --index chroma, records it, and leaves nothing in it", async () => {
    const chroma = await startEmbeddedChroma({ dataFolder: folder });
    try {
      const words = ["--methods", "rag", "--sets", "films", "--index", "chroma", "--json"];
      const env = { CHROMA_URL: chroma.url };
      const { code, out: line, err } = await run([...words, "--out", out], { env });
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(await readFile(join(out, "report.md"), "utf8")).toMatch(/index *\| *chroma/);
      const client = new ChromaClient({
        host: "127.0.0.1",
        port: Number(new URL(chroma.url).port),
      });
      const collections = await client.listCollections();
      const counts = await Promise.all(collections.map((collection) => collection.count()));
      expect(counts.length).toBeGreaterThan(0);
      expect(counts.filter((count) => count > 0)).toEqual([]);

      const exact = await run([
        "--methods",
        "rag",
        "--sets",
        "films",
        "--out",
        join(folder, "exact"),
        "--json",
      ]);
      expect(numbersOf(line)).toEqual(numbersOf(exact.out));
      const { code: refused, err: why } = await run([
        ...words.slice(0, 4),
        "--out",
        out,
        "--resume",
      ]);
      expect(refused).toBe(1);
      expect(why).toContain("chroma");
    } finally {
      await chroma.close();
    }
  }, 120_000);

  it("runs methods on every set of a folder, writes the report, and prints one line of JSON", async () => {
    const { code, out: line, err } = await run([...two, "--out", out, "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const score = { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) };
    const result = (set: string, method: string) => ({
      set,
      task: "LaMP_3",
      method,
      n: 6,
      errors: 0,
      metrics: { mae: score, rmse: score },
      seconds: expect.any(Number),
      calls: 1,
      tokens: { in: expect.any(Number), out: expect.any(Number) },
    });
    expect(parsed(line)).toEqual({
      report: join(out, "report.html"),
      results: ["books", "films"].flatMap((set) => [result(set, "prompt"), result(set, "rag")]),
      paired: [],
    });
    expect(await readFile(join(out, "report.html"), "utf8")).toContain("rag");
  });

  it("gives the same numbers again, and with --resume without a model call", async () => {
    const first = await run([...two, "--out", out, "--json"]);
    const second = await run([...two, "--out", join(folder, "again"), "--json"]);
    const resumed = await run([...two, "--out", out, "--json", "--resume"]);
    expect(numbersOf(second.out)).toEqual(numbersOf(first.out));
    expect(parsed(resumed.out)).toEqual(parsed(first.out));
  });

  it("asks only the selected questions", async () => {
    const words = ["--sets", "films", "--users", "2", "--longest", "3", "--questions", "3"];
    const { out: line } = await run([...two, ...words, "--out", out, "--json"]);
    expect(numbersOf(line)).toMatchObject([
      { set: "films", method: "prompt", n: 3 },
      { set: "films", method: "rag", n: 3 },
    ]);
    const one = await run([...two, "--out", join(folder, "one")], {
      all: ["--data", join(data, "books")],
    });
    expect(one.out).toMatch(/^books\n {2}prompt {2}mae \d\.\d{3} \(.*\), .*6 questions\n {2}rag/);
    expect(one.out).toMatch(/\nThe report is .*report\.html\n$/);
  });

  it("estimates calls and tokens without calling a model or writing", async () => {
    const server = await startOpenAiServer([]);
    const env = { MODEL: "openai:scripted", OPENAI_BASE_URL: server.url };
    const { code, out: line } = await run([...two, "--dry-run", "--json"], { env });
    const words = await run(["--dry-run"], { env });
    await server.close();
    expect(code).toBe(0);
    expect(server.requests).toEqual([]);
    const printed = JSON.parse(line) as { estimate: unknown[]; total: unknown };
    expect(printed.estimate[0]).toEqual({
      set: "books",
      method: "prompt",
      cases: 3,
      questions: 6,
      calls: { preparation: { least: 0, most: 0 }, questions: { least: 6, most: 6 } },
      tokensIn: { least: expect.any(Number), most: expect.any(Number) },
    });
    expect(printed.total).toMatchObject({ calls: { least: 24, most: 24 } });
    expect(words.out).toMatch(/\nIn all \d+ to \d+ model calls, \d+ to \d+ tokens in\. Tokens of/);
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    [
      ["--methods", "prompt,magic"],
      /^persona-agent: Unknown method "magic"; expected one of prompt/,
    ],
    [["--sets", "songs"], /There is no set "songs" in .*; expected one of books, films\./],
    [["--study", "moon"], /Unknown study "moon"/],
    [["--users", "none"], /--users is "none"; expected a whole number from 1/],
    [["--seed", "-1"], /--seed is "-1"/],
    [["--model", "openai:gpt"], /there is no key/],
  ])("refuses %j in one line and makes no folder", async (words, line) => {
    const { code, err } = await run([...words, "--out", out]);
    expect(code).toBe(1);
    expect(err).toMatch(line);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  it("refuses to run without a folder to write to", async () => {
    expect((await run(two)).err).toMatch(/There is no --out; .* or add --dry-run\./);
  });

  it("checks all data before the first call", async () => {
    const path = join(data, "films", "dev_questions.json");
    await writeFile(path, (await readFile(path, "utf8")).slice(0, -40));
    const server = await startOpenAiServer([]);
    const env = { MODEL: "openai:scripted", OPENAI_BASE_URL: server.url };
    const { code, err } = await run([...two, "--out", out], { env });
    await server.close();
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: dev_questions\.json/);
    expect(server.requests).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

  it("asks several models the same questions, each in its own folder, and compares them", async () => {
    const server = await startOpenAiServer(({ body }) => ({
      kind: "message",
      text: body["model"] === "always-four" ? "4" : "2",
    }));
    const env = { OPENAI_BASE_URL: server.url };
    const several = ["--model", "openai:always-four,openai:always-two", "--sets", "films"];
    const words = [...two, ...several, "--out", out, "--json"];
    const limited = await run([...words, "--max-calls", "8"], { env });
    expect(limited.err).toContain("Continue with the same command and --resume");
    const asked = server.requests.length;
    expect(asked).toBe(8);

    const { code, out: line, err } = await run([...words, "--resume"], { env });
    const misspelled = await run([...two, "--model", "offline,opnai:x", "--out", out], { env });
    const twice = await run([...two, "--model", "offline,offline", "--out", out], { env });
    const costs = await run([...two, "--model", "offline,openai:x", "--dry-run", "--json"], {
      env,
    });
    await server.close();
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(server.requests).toHaveLength(24);
    const { report, results, paired } = JSON.parse(line) as Record<
      "results" | "paired",
      object[]
    > & {
      readonly report: string;
    };
    expect(results.map((result) => ({ ...result, metrics: null }))).toMatchObject(
      ["openai:always-four", "openai:always-two"].flatMap((model) =>
        ["prompt", "rag"].map((method) => ({ model, method, set: "films", n: 6, errors: 0 })),
      ),
    );
    expect(paired).toEqual([]);
    expect(report).toBe(join(out, "report.html"));
    const page = await readFile(join(out, "report.md"), "utf8");
    expect(page).toContain("| MAE ↓ | openai:always-four | openai:always-two |");
    for (const model of ["openai-always-four", "openai-always-two"])
      expect(existsSync(join(out, model, "report.html"))).toBe(true);
    expect(misspelled.code).toBe(1);
    expect(misspelled.err).toContain("opnai:x");
    expect(twice.err).toMatch(/^persona-agent: --model is "offline,offline"; expected one model/);
    expect(JSON.parse(costs.out)).toMatchObject({ total: { calls: { least: 48, most: 48 } } });
  });

  it("names all methods and studies in its help", async () => {
    const { out: help } = await run(["--help"]);
    const listed = (title: string) =>
      new RegExp(`\\n${title}: ([^.]+)\\.`).exec(help)?.[1]?.split(/[,;]\s+/);
    expect(listed("Methods")).toEqual(allMethods.map(({ name }) => name));
    expect(listed("Studies")?.toSorted()).toEqual(studyNames.toSorted());
  });

  it("writes nothing into a folder of other files", async () => {
    const { code, err } = await run([...two, "--out", data]);
    expect(code).toBe(1);
    expect(err).toMatch(/holds "books" but no run\.json; expected an empty folder or a run/);
    expect(await readdir(data)).toEqual(["books", "films", "other"]);
  });

  it("refuses several models with the same folder name, before the first call", async () => {
    const server = await startOpenAiServer([]);
    const env = { OPENAI_BASE_URL: server.url };
    const refusedFor = async (models: string) =>
      (await run([...two, "--model", models, "--out", out], { env })).err;
    expect(await refusedFor("openai:org/m,openai:ORG:m")).toMatch(
      /"openai:ORG:m" beside one whose/,
    );
    await run([...two, "--out", out]);
    expect(await refusedFor("offline,openai:m")).toMatch(
      /holds "predictions.jsonl", which is of no run of these models/,
    );
    await server.close();
    expect(server.requests).toEqual([]);
  });

  it("stops at a budget with a report so far, and says how to continue", async () => {
    const limited = ["--max-calls", "10", "--concurrency", "1"];
    const { code, out: line, err } = await run([...two, "--json", "--out", out, ...limited]);
    expect(code).toBe(3);
    expect(err).toBe(
      "persona-agent: the budget of 10 model calls is spent, with 10 of 24 questions asked. Continue with the same command and --resume and a larger budget.\n",
    );
    const answered = numbersOf(line) as unknown as readonly { readonly n: number }[];
    expect(answered.reduce((sum, { n }) => sum + n, 0)).toBe(10);
    const report = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as object;
    expect(report).toMatchObject({ complete: false });
    const again = await run([...two, "--out", out, "--json", "--resume"]);
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(numbersOf(again.out)).toMatchObject([{ n: 6 }, { n: 6 }, { n: 6 }, { n: 6 }]);
  });

  it("says that a new run begins where --resume finds none", async () => {
    const { code, err } = await run([...two, "--out", out, "--json", "--resume"]);
    expect({ code, err }).toEqual({
      code: 0,
      err: `persona-agent: no run in ${out} to resume; a new one begins.\n`,
    });
  });

  it("stopped by Ctrl-C, keeps the answers and says in one line how to continue", async () => {
    const stop = new AbortController();
    const server = await startOpenAiServer(() => {
      if (server.requests.length === 5) stop.abort(new Stopped("SIGINT"));
      return { kind: "message", text: "4" };
    });
    const env = { MODEL: "openai:scripted", OPENAI_BASE_URL: server.url };
    const { code, err } = await run([...two, "--out", out, "--concurrency", "1"], {
      env,
      signal: stop.signal,
    });
    await server.close();
    expect(code).toBe(130);
    expect(err).toBe(
      "persona-agent: stopped by SIGINT, with 4 of 24 questions asked. Continue with the same command and --resume.\n",
    );
  });

  it("asks the questions of a file in PrefEval's form, options in the order of the seed", async () => {
    const path = await writePrefEval(folder, preferenceLines(6), "invented.jsonl.gz");
    const words = ["--methods", "prompt,persona-agent", "--out", out, "--json"];
    const { code, out: line, err } = await run(words, { all: ["--data", path] });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { results, paired } = parsed(line);
    const accuracy = {
      value: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
    };
    expect(results).toMatchObject(
      ["prompt", "persona-agent"].map((method) => ({
        set: "invented",
        task: "PrefEval",
        method,
        n: 6,
        errors: 0,
      })),
    );
    for (const { metrics } of results as readonly { readonly metrics?: unknown }[])
      expect(metrics).toEqual({ accuracy });
    expect(paired).toHaveLength(1);
    const page = await readFile(join(out, "report.md"), "utf8");
    expect(page).toMatch(/\| invented +\| persona-agent +\| +6 +\| +0 +\| +6 +\| Not started: /);
    const other = await run([...words, "--resume", "--seed", "2"], { all: ["--data", path] });
    expect(other.err).toMatch(/its seed 1, now 2/);
  });

  it("finds a model right that follows what was said in passing, and wrong where it cannot know", async () => {
    const path = await writePrefEval(folder, preferenceLines(6));
    const server = await startOpenAiServer(({ body }) => {
      const prompt = JSON.stringify(body["messages"]);
      if (prompt.includes("never eat anything with fins"))
        return { kind: "message", text: "I would cook a lentil stew." };
      const isTold = prompt.includes("always travel by train");
      return {
        kind: "message",
        text: isTold ? "The night train" : "A grilled trout, a rental car",
      };
    });
    const env = { MODEL: "openai:scripted", OPENAI_BASE_URL: server.url };
    const words = ["--methods", "prompt,icl,rag", "--out", out, "--json"];
    const { out: line } = await run(words, { env, all: ["--data", path] });
    await server.close();
    expect(parsed(line).results).toMatchObject(
      [0, 1, 1].map((value) => ({ n: 6, metrics: { accuracy: { value } } })),
    );
  });

  it("studies the distance on such a file, and refuses it where nothing is unrelated", async () => {
    const path = await writePrefEval(folder, preferenceLines(84, 5));
    const words = ["--study", "distance", "--methods", "rag,persona-agent", "--users", "2"];
    const all = ["--data", path];
    const { code, out: line } = await run([...words, "--out", out, "--json"], { all });
    expect(code).toBe(0);
    expect(parsed(line).results).toHaveLength(8);
    const page = await readFile(join(out, "report.md"), "utf8");
    expect(page).toContain("## Study: distance");
    const refused = await run([...words, "--out", join(folder, "none")]);
    expect(refused.err).toMatch(
      /^persona-agent: The study distance needs conversations, and books is a set of LaMP_3/,
    );
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  it("refuses another file, and --sets with one, in one line", async () => {
    const all = ["--data", join(data, "books", "dev_outputs.json")];
    const other = await run([...two, "--out", out], { all });
    expect(other.err).toMatch(
      /^persona-agent: dev_outputs\.json, line 1: id is missing, empty or of another kind; expected PrefEval's .*\n$/,
    );
    const sets = await run([...two, "--sets", "books", "--out", out], { all });
    expect(sets.err).toMatch(/^persona-agent: --sets chooses among the sets of a folder, and /);
    expect(existsSync(out)).toBe(false);
  });

  it("shows how many questions ended in an error, and of which kind", async () => {
    const server = await startOpenAiServer(({ body }) =>
      JSON.stringify(body["messages"]).includes("dull one of films")
        ? { kind: "error", status: 400, message: "too long" }
        : { kind: "message", text: "4" },
    );
    const env = { MODEL: "openai:scripted", OPENAI_BASE_URL: server.url };
    const words = ["--methods", "prompt", "--out", out, "--json"];
    const { code, out: line, err } = await run(words, { env });
    await server.close();
    expect(code).toBe(0);
    expect(err).toMatch(
      /^persona-agent: films, prompt: 3 questions ended in an error: model-unavailable: .*too long/,
    );
    expect(numbersOf(line)).toMatchObject([
      { set: "books", n: 6, errors: 0 },
      { set: "films", n: 3, errors: 3 },
    ]);
  });
});
