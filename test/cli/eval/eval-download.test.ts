import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";
import { generateSet } from "../../../src/eval/sets/generator.js";
import { acquireFolderLock } from "../../../src/system/folder-lock.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { startFileServer, type ServedFile } from "../../support/servers/file-server.js";

const run = commandLineOf(createPersonaAgent({}));
const questions = "/LaMP_2/new/dev/dev_questions.json";
const outputs = "/LaMP_2/new/dev/dev_outputs.json";

let out: string;
let files: Map<string, ServedFile>;
let server: Awaited<ReturnType<typeof startFileServer>>;

beforeEach(async () => {
  out = join(await mkdtemp(join(tmpdir(), "persona-agent-download-")), "sets");
  const options = { seed: 1, users: 3, historyLength: 9, questions: 2, noise: 0 } as const;
  const movies = generateSet({ task: "LaMP_2M", ...options });
  const asBody = (value: unknown) => Buffer.from(JSON.stringify(value));
  // The official outputs of both sets of the second task name it like this.
  const named = { ...movies.outputs, task: "LaMP_2" };
  files = new Map([
    [questions, { body: asBody(movies.questions), etag: '"q1"' }],
    [outputs, { body: asBody(named), etag: '"o1"' }],
  ]);
  const ratings = generateSet({ task: "LaMP_3", ...options });
  files.set("/time/LaMP_3/train/train_questions.json", { body: asBody(ratings.questions) });
  files.set("/time/LaMP_3/train/train_outputs.json", { body: asBody(ratings.outputs) });
  server = await startFileServer(files);
});
afterEach(async () => {
  await server.close();
  await rm(join(out, ".."), { recursive: true, force: true });
});

/** Replaces what is known of a file. */
function serve(path: string, change: Partial<ServedFile>): void {
  const file = files.get(path) ?? { body: Buffer.alloc(0) };
  files.set(path, { ...file, ...change });
}
/** The connection goes when the bytes before it are on the disk. */
const cut = {
  after: 1_000,
  until: () =>
    expect.poll(async () => (await stat(inOut(".part", "LaMP_2M-user", part))).size).toBe(1_000),
};
const part = "dev_questions.json.part";
const inOut = (...path: string[]) => join(out, ...path);
const download = (...words: string[]) =>
  run(["eval-download", "--from", server.url, "--tasks", "LaMP_2M", "--out", out, ...words]);
const errorOf = (answer: string) =>
  (JSON.parse(answer) as { error: { code: string; message: string } }).error;

describe("eval-download", () => {
  it("lists files where LaMP's site has them, with their sizes, and fetches nothing", async () => {
    serve(outputs, { unsized: true });
    const { code, out: shown } = await run([
      "eval-download",
      "--from",
      server.url,
      "--tasks",
      "LaMP_2M",
      "--list",
    ]);
    expect(code).toBe(0);
    const size = ((files.get(questions)?.body.length ?? 0) / 1e6).toFixed(1);
    expect(shown.split("\n").map((line) => line.trim())).toEqual([
      "unknown  LaMP_2M-user/dev_outputs.json",
      `${size} MB  LaMP_2M-user/dev_questions.json`,
      `${size} MB in 2 files, and 1 file of unknown size`,
      "",
    ]);
    expect(server.sent).toEqual([]);
  });

  it("fetches a set that the evaluation reads, and fetches nothing the next time", async () => {
    const { code, out: line } = await download("--json");
    expect(code).toBe(0);
    const done = { set: "LaMP_2M-user", split: "dev", users: 3, questions: 6 };
    expect(JSON.parse(line)).toEqual({
      sets: [{ ...done, folder: inOut("LaMP_2M-user"), state: "fetched" }],
      seconds: expect.any(Number),
    });
    expect((await openEvalSet(inOut("LaMP_2M-user"))).task).toBe("LaMP_2M");
    expect(await readdir(out)).toEqual(["LaMP_2M-user"]);
    expect(server.sent).toEqual([`GET ${outputs}`, `GET ${questions}`]);

    const again = await download("--json");
    expect(JSON.parse(again.out)).toHaveProperty("sets.0.state", "was there");
    expect(server.sent).toHaveLength(2);
  });

  it("takes LaMP's time-based files and its other splits by name", async () => {
    const words = ["--tasks", "LaMP_3", "--kinds", "time", "--splits", "train"];
    const { code } = await run(["eval-download", "--from", server.url, "--out", out, ...words]);
    expect(code).toBe(0);
    expect((await openEvalSet(inOut("LaMP_3-time"), "train")).task).toBe("LaMP_3");
  });

  it("resumes where the connection was cut, with nothing under the final name until then", async () => {
    serve(questions, { cut });
    const first = await download("--json");
    expect(first.code).toBe(1);
    expect(first.err).toMatch(/^persona-agent: [^\n]* broke off after 1000 of \d+ bytes [^\n]*\n$/);
    expect(errorOf(first.out).code).toBe("config-download-failed");
    expect(existsSync(inOut("LaMP_2M-user"))).toBe(false);

    files.set(questions, { body: files.get(questions)?.body ?? Buffer.alloc(0), etag: '"q1"' });
    expect((await download()).code).toBe(0);
    expect(server.sent.at(-1)).toBe(`GET ${questions} from 1000`);
    expect(server.sent.filter((line) => line.includes(outputs))).toHaveLength(1);
    expect(await readFile(inOut("LaMP_2M-user", "dev_questions.json"))).toEqual(
      files.get(questions)?.body,
    );
  });

  it.each([
    ["has another file by now", '"q2"'],
    ["does not name its files", undefined],
  ])("starts over if the server %s", async (_why, etag) => {
    serve(questions, { cut });
    await download();
    const body = Buffer.concat([files.get(questions)?.body ?? Buffer.alloc(0), Buffer.from("\n")]);
    files.set(questions, { body, ...(etag !== undefined && { etag }) });
    expect((await download()).code).toBe(0);
    expect(server.sent.at(-1)).toBe(`GET ${questions}`);
    expect(await readFile(inOut("LaMP_2M-user", "dev_questions.json"))).toEqual(body);
  });

  it("removes a whole file that is not LaMP's, names the faulty record, and fetches the file again", async () => {
    const good = files.get(questions);
    const [first, ...rest] = JSON.parse(good?.body.toString() ?? "") as object[];
    serve(questions, { body: Buffer.from(JSON.stringify([{ ...first, input: 7 }, ...rest])) });
    const { err } = await download();
    expect(err).toMatch(
      /^persona-agent: What arrived for LaMP_2M-user cannot be used and was removed: dev_questions\.json, element 1: the field input [^\n]*\n$/,
    );
    expect(existsSync(out) ? await readdir(out) : []).toEqual([]);
    if (good !== undefined) files.set(questions, good);
    expect((await download()).code).toBe(0);
  });

  it("checks a pair again after a killed run had put one file in place", async () => {
    await mkdir(inOut("LaMP_2M-user"), { recursive: true });
    const strangers = { task: "LaMP_2", golds: [{ id: "x", output: "comedy" }] };
    await writeFile(inOut("LaMP_2M-user", "dev_outputs.json"), JSON.stringify(strangers));
    const { code, err } = await download();
    expect(code).toBe(1);
    expect(err).toContain("has no gold");
    expect(await readdir(inOut("LaMP_2M-user"))).toEqual([]);
  });

  it("says in one line that a file is not there, before anything is fetched or written", async () => {
    files.delete(questions);
    const { code, err, out: line } = await download("--json");
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: [^\n]*dev_questions\.json is not there \(404\)[^\n]*\n$/);
    expect(errorOf(line).code).toBe("config-download-failed");
    expect(server.sent).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

  it("says in one line that no server answers", async () => {
    const { url } = server;
    await server.close();
    server = await startFileServer(files);
    const { err } = await run(["eval-download", "--from", url, "--tasks", "LaMP_3", "--list"]);
    expect(err).toMatch(
      /^persona-agent: [^\n]*could not be requested \([^\n]*ECONNREFUSED[^\n]*\n$/,
    );
  });

  it("refuses files that the disk has no room for, before it fetches", async () => {
    serve(questions, { announced: 9e14 });
    const { err } = await download();
    expect(err).toMatch(/^persona-agent: The files take \d+ bytes more and the disk [^\n]*\n$/);
    expect(server.sent).toEqual([]);
  });

  it("refuses a folder while another download writes there", async () => {
    await mkdir(inOut(".part"), { recursive: true });
    const holder = { pid: 1, command: "another" };
    const lock = await acquireFolderLock({ folder: inOut(".part"), name: "download", holder });
    const { err } = await download();
    await lock.release();
    expect(err).toMatch(/^persona-agent: Another process downloads into [^\n]*--out\.\n$/);
    expect(server.sent).toEqual([]);
  });

  it.skipIf(!existsSync("/dev/full"))("says in one line that the disk is full", async () => {
    await mkdir(inOut(".part", "LaMP_2M-user"), { recursive: true });
    await symlink("/dev/full", inOut(".part", "LaMP_2M-user", part));
    const { code, err } = await download();
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: The disk of [^\n]* is full; [^\n]*\n$/);
    expect(existsSync(inOut("LaMP_2M-user"))).toBe(false);
  });

  it.each([
    [["--tasks", "LaMP_4"], '--tasks names "LaMP_4"; expected LaMP_1, LaMP_2M, LaMP_2N, LaMP_3'],
    [["--kinds", "both"], '--kinds names "both"; expected user, time'],
    [["--splits", "test"], '--splits names "test"; expected dev, train'],
    [["--from", "ftp://x"], '--from is "ftp://x"; expected an address'],
    [[], "--out is missing"],
  ])("refuses %j in one line", async (words, message) => {
    const { code, err } = await run(["eval-download", ...words]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim()).not.toContain("\n");
  });
});
