import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { numberedOptions } from "../../../src/domain/numbered-question.js";
import { openPrefEval } from "../../../src/eval/sets/prefeval.js";
import {
  preferenceLine,
  preferenceLines,
  writePrefEval,
} from "../../support/evaluation/prefeval.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefeval-"));
});
afterEach(() => rm(folder, { recursive: true }));

const questionsOf = async (path: string, seed: number) =>
  (await openPrefEval(path, seed)).people.map(({ question }) => question);

describe("a file in PrefEval's form", () => {
  it.each(["invented.jsonl", "invented.jsonl.gz"])(
    "%s is a set with one question for each user, by its four options",
    async (name) => {
      const path = await writePrefEval(folder, preferenceLines(2), name);
      expect(await openPrefEval(path, 1)).toMatchObject({
        name: "invented",
        task: "PrefEval",
        labels: ["[1]", "[2]", "[3]", "[4]"],
        users: [
          { user: "food-0", questionIds: ["food-0"], historyLength: 3 },
          { user: "travel-1", questionIds: ["travel-1"], historyLength: 3 },
        ],
      });
    },
  );

  it("asks with every option once, and the true answer is the number of the line's first", async () => {
    const lines = preferenceLines(8);
    const questions = await questionsOf(await writePrefEval(folder, lines), 1);
    for (const [at, { input, gold }] of questions.entries()) {
      const options = lines[at]?.options_first_is_right ?? [];
      const shown = numberedOptions(input);
      expect(shown.map(({ text }) => text).toSorted()).toEqual(options.toSorted());
      expect(shown.find(({ label }) => label === gold)?.text).toBe(options[0]);
      expect(input).not.toContain("secret");
    }
  });

  it("has the same order for a seed, also for other lines and another name, and others for other seeds", async () => {
    const one = await writePrefEval(folder, preferenceLines(6));
    const more = await writePrefEval(folder, preferenceLines(9).toReversed(), "more.jsonl");
    const questions = await questionsOf(one, 5);
    expect(await questionsOf(one, 5)).toEqual(questions);
    expect(await questionsOf(more, 5)).toEqual(expect.arrayContaining(questions));
    expect(await questionsOf(one, 6)).not.toEqual(questions);
  });

  it("puts the true answer at each place equally often", async () => {
    const path = await writePrefEval(folder, preferenceLines(10));
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 100; seed++)
      for (const { gold } of await questionsOf(path, seed))
        counts.set(gold, (counts.get(gold) ?? 0) + 1);
    expect([...counts.keys()].toSorted()).toEqual(["[1]", "[2]", "[3]", "[4]"]);
    // Of 1,000 draws at a quarter each, a count has a standard deviation of 13.7.
    for (const count of counts.values()) expect(Math.abs(count - 250)).toBeLessThan(42);
  });

  it("shows every option in the same form, whatever space is around it", async () => {
    const line = { ...preferenceLine(0), options_first_is_right: [" A.\n", "B", "C", "D"] };
    const [question] = await questionsOf(await writePrefEval(folder, [line]), 1);
    expect(
      numberedOptions(question?.input ?? "")
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(["A.", "B", "C", "D"]);
  });
});

describe("a file that is not in this form", () => {
  const { topic: _, ...untold } = preferenceLine(3);
  it.each([
    ["no JSON", "{", "invented.jsonl, line 2: not valid JSON; expected PrefEval's {"],
    ["a list", "[]", "line 2: not an object; expected PrefEval's"],
    ["a missing field", untold, "line 2: topic is missing, empty or of another kind; expected"],
    [
      "three options",
      { ...preferenceLine(3), options_first_is_right: ["a", "b", "c"] },
      "line 2: options_first_is_right is missing, empty or of another kind; expected",
    ],
    [
      "an empty text",
      { ...preferenceLine(3), conversation: [{ user: " ", assistant: "Yes?" }] },
      "line 2: conversation.0.user is missing, empty or of another kind; expected",
    ],
    ["an id that comes twice", preferenceLine(0), 'line 2: the id "food-0" comes a second time'],
    [
      "an option that comes twice",
      { ...preferenceLine(3), options_first_is_right: ["The bus", "A car", "the bus.", "A plane"] },
      'line 2: the option "the bus." comes twice; expected four different ones',
    ],
    [
      "a text that cannot be stored",
      { ...preferenceLine(3), question: "How\0?" },
      "line 2: a text holds a NUL character; expected plain text",
    ],
  ])("%s is refused in one line", async (_name, line, message) => {
    const path = await writePrefEval(folder, [preferenceLine(0), line]);
    const refused = await openPrefEval(path, 1).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining(message),
    });
    expect((refused as Error).message).not.toContain("\n");
  });

  it("an empty file is refused", async () => {
    const path = await writePrefEval(folder, []);
    await expect(openPrefEval(path, 1)).rejects.toThrow(/^invented\.jsonl is empty; expected/);
  });
});
