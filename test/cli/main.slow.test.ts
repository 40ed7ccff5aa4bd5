import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { compiled } from "../support/setup/compiled.js";
import { newDataFolder } from "../support/setup/data-folder.js";

let folder: string;
beforeAll(async () => {
  folder = await newDataFolder("persona-agent-main-");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The program as it is installed, in a process of its own, with its own real Chroma. */
function start(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    [compiled("src/cli/main.ts"), "--data-dir", folder, ...words],
    { stdio: "pipe", env: { ...process.env, ...env } },
  );
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    child,
    done: async () => {
      const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      return { out, err, code };
    },
  };
}

async function run(words: readonly string[], input = "") {
  const { child, done } = start(words);
  child.stdin.end(input);
  return done();
}

const review = (words: string) => lampQuestion("LaMP_3", words);

it("imports in one process and answers from it in the next, with one line of JSON each", async () => {
  const lines = [
    { user: "ada", query: review("A superb, moving film."), answer: "5" },
    { user: "ada", query: review("Superb from start to end."), answer: "5" },
    { user: "bob", query: review("A superb, moving film."), answer: "1" },
  ];
  const data = join(folder, "histories.jsonl");
  await writeFile(data, [...lines.map((line) => JSON.stringify(line)), "{"].join("\n"));

  const imported = await run(["import", "--data", data, "--json"]);
  expect(imported).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(imported.out)).toEqual({
    users: 2,
    userIds: ["ada", "bob"],
    episodes: 3,
    undated: 3,
    skipped: [{ line: 4, reason: "not valid JSON" }],
    answers: {
      choices: 0,
      ratings: 3,
      open: 0,
      unanswered: 0,
      notAllowed: { count: 0, answers: [] },
      unlisted: { count: 0, answers: [] },
    },
    unread: [],
    usage: { calls: 2, tokens: { in: expect.any(Number), out: expect.any(Number) } },
    seconds: expect.any(Number),
  });

  const asked = await run(["ask", "--user", "ada", "--json", "-"], review("Superb."));
  expect(asked).toMatchObject({ code: 0, err: "" });
  const turn = JSON.parse(asked.out) as { recalled: unknown[] };
  expect(turn).toEqual({
    user: "ada",
    answer: "5",
    personaVersion: 0,
    episodeId: expect.any(String),
    recalled: [
      { id: expect.any(String), score: expect.any(Number) },
      { id: expect.any(String), score: expect.any(Number) },
    ],
    tools: [],
    alignment: { newAnswers: 2, due: false },
    reflection: { newTurns: 1, due: false },
    degraded: [],
    usage: { calls: 1, tokens: { in: expect.any(Number), out: expect.any(Number) } },
    seconds: expect.any(Number),
  });
}, 180_000);

it("ends by a signal with the folder free for the next process", async () => {
  const { child, done } = start(["chat", "--user", "eve", "--json"]);
  const ended = done();
  child.stdin.write("Hello there.\n");
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 143, err: "persona-agent: stopped by SIGTERM.\n" });
  const listed = await run(["memory", "list", "--user", "eve", "--json"]);
  expect(JSON.parse(listed.out)).toEqual([
    {
      id: expect.any(String),
      at: expect.any(String),
      query: "Hello there.",
      response: expect.any(String),
      answer: null,
      options: null,
      scale: null,
      rejected: false,
      reason: null,
      inferred: null,
    },
  ]);
}, 180_000);

it("says in one line what is wrong with a setting, and nothing on the output", async () => {
  const { child, done } = start(["ask", "--user", "ada", "hi"], { MODEL: "openai:gpt-4o-mini" });
  child.stdin.end();
  const { code, out, err } = await done();
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(/^persona-agent: [^\n]*OPENAI_API_KEY[^\n]*\n$/);
}, 60_000);

it("says in one line that a server closed the connection, with exit code 1", async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  // Whether the request fails or never ends is a race.
  for (let time = 0; time < 3; time++) {
    const url = `http://127.0.0.1:${port}`;
    const { code, out, err } = await run(["ask", "--url", url, "--user", "ada", "--json", "Hi."]);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: .+\n$/);
    expect(JSON.parse(out)).toMatchObject({ error: { message: expect.any(String) } });
  }
  server.close();
});
