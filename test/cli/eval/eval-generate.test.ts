import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { commandLineOf } from "../../support/processes/command-line.js";

const run = commandLineOf(createPersonaAgent({}));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-generate-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const generate = (...words: string[]) =>
  run(["eval-generate", "--out", join(folder, "data", "noisy"), ...words]);
const read = (name: string) => readFile(join(folder, "data", "noisy", name), "utf8");

describe("eval-generate", () => {
  it("writes a set that the evaluation reads, with its users' known rules", async () => {
    const sizes = ["--users", "3", "--history", "9", "--questions", "2", "--seed", "7"];
    const { code, out } = await generate("--task", "LaMP_3", ...sizes, "--noise", "0.5", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      set: "noisy",
      folder: join(folder, "data", "noisy"),
      task: "LaMP_3",
      users: 3,
      history: 9,
      questions: 2,
      noise: 0.5,
      seed: 7,
      best: 0.6,
    });
    const set = await openEvalSet(join(folder, "data", "noisy"));
    expect(set).toMatchObject({ name: "noisy", task: "LaMP_3" });
    expect(
      set.users.map(({ questionIds, historyLength }) => [questionIds.length, historyLength]),
    ).toEqual([
      [2, 9],
      [2, 9],
      [2, 9],
    ]);
    const known = JSON.parse(await read("known.json")) as {
      rules: Record<string, Record<string, string>>;
      best: { id: string; output: string }[];
    };
    for await (const { user, question } of set.read()) {
      const [label] = Object.entries(known.rules[user] ?? {}).flatMap(([word, answer]) =>
        question.input.includes(word) ? [answer] : [],
      );
      expect(known.best.find(({ id }) => id === question.id)?.output).toBe(label);
    }
    expect(await readdir(join(folder, "data"))).toEqual(["noisy"]);
  });

  it("writes the same for the same seed", async () => {
    await generate("--users", "2", "--noise", "0.3");
    const first = [await read("dev_questions.json"), await read("dev_outputs.json")];
    await rm(join(folder, "data"), { recursive: true });
    await generate("--users", "2", "--noise", "0.3");
    expect([await read("dev_questions.json"), await read("dev_outputs.json")]).toEqual(first);
  });

  it("overwrites nothing", async () => {
    await mkdir(join(folder, "data", "noisy"), { recursive: true });
    await writeFile(join(folder, "data", "noisy", "mine.txt"), "mine");
    const { code, err } = await generate();
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: The folder [^\n]*noisy holds something already[^\n]*\n$/);
    expect(await readdir(join(folder, "data", "noisy"))).toEqual(["mine.txt"]);
    expect(await readdir(join(folder, "data"))).toEqual(["noisy"]);
  });

  it("says in one line that it cannot write there", async () => {
    await writeFile(join(folder, "data"), "a file");
    const { code, err } = await generate();
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: The folder [^\n]* cannot be written \([A-Z]+\)[^\n]*\n$/);
  });

  it.each([
    [["--noise", "1.1"], '--noise is "1.1"; expected a share from 0 to 1'],
    [["--noise", "-0"], '--noise is "-0"'],
    [["--users", "0"], "--users is"],
    [["--history", "2.5"], "--history is"],
    [["--questions", "x"], "--questions is"],
    [["--seed", "-1"], "--seed is"],
    [["--users", "100000"], "would hold 4400000 texts"],
    [["--task", "LaMP_1"], "Allowed choices are LaMP_2M, LaMP_2N, LaMP_3"],
  ])("refuses %j in one line, and writes nothing", async (words, message) => {
    const { code, err } = await generate(...words);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(err.trim()).not.toContain("\n");
    expect(await readdir(folder)).toEqual([]);
  });
});
