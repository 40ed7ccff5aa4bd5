import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { commandLineOf } from "../../support/processes/command-line.js";

const run = commandLineOf(createPersonaAgent({}));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-recall-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const talk = [
  {
    conversation: {
      session_1_date_time: "1:56 pm on 8 May, 2023",
      session_1: [{ speaker: "Anna", dia_id: "D1:1", text: "I play the cello." }],
    },
    qa: [{ question: "What does Anna play?", category: 4, evidence: ["D1:1"] }],
  },
];

describe("eval-recall", () => {
  it("measures LoCoMo's format, and writes the figures and a page", async () => {
    const data = join(folder, "talk.json");
    await writeFile(data, JSON.stringify(talk));
    const out = join(folder, "out");
    const { code, out: printed } = await run([
      "eval-recall",
      "--data",
      data,
      "--out",
      out,
      "--json",
    ]);
    expect(code).toBe(0);
    const told = JSON.parse(printed);
    expect(told).toMatchObject({ embeddings: "offline-v1", report: join(out, "report.html") });
    expect(told.results[0]).toMatchObject({ set: "talk", measure: "evidence", questions: 1 });
    expect(told.results[0].scores[0]).toMatchObject({ method: "memory", recall: { 4: 1, 32: 1 } });
    expect(await readFile(join(out, "report.md"), "utf8")).toContain("vectors alone");
    const shown = await run(["eval-recall", "--data", data]);
    expect(shown.out).toMatch(/memory's search +recall 1\.000/);
  });

  it("measures LaMP's sets by the true answer's label, in a folder or by their questions", async () => {
    const set = join(folder, "films");
    const sizes = ["--users", "3", "--history", "12", "--questions", "2"];
    await run(["eval-generate", "--out", set, ...sizes]);
    for (const data of [folder, set, join(set, "dev_questions.json")]) {
      const { out } = await run(["eval-recall", "--data", data, "--json"]);
      const [result] = JSON.parse(out).results;
      expect(result).toMatchObject({ set: "films", measure: "label", histories: 3 });
      expect(result.scores[0].recall["32"]).toBe(1);
    }
  });

  it("refuses what is neither", async () => {
    const data = join(folder, "talk.json");
    await writeFile(data, "[]");
    const { code, err } = await run(["eval-recall", "--data", data]);
    expect([code, err]).toEqual([1, expect.stringContaining("LoCoMo")]);
  });
});
