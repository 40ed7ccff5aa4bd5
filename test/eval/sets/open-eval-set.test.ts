import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import type { EvalRecord, LampEvalSet } from "../../../src/eval/sets/eval-set.js";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-eval-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, value: unknown) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return writeFile(join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text);
};
async function all(set: LampEvalSet, ids?: ReadonlySet<string>) {
  const records: EvalRecord[] = [];
  for await (const record of set.read(ids)) records.push(record);
  return records;
}

const item = { id: "1", text: "Good.", score: "4" };
const question = (id: string, rest: object = {}) => ({
  id,
  input: lampQuestion("LaMP_3", `of ${id}`),
  profile: [item],
  ...rest,
});
const outputs = (...ids: string[]) => ({
  task: "LaMP_3",
  golds: ids.map((id) => ({ id, output: "5" })),
});

async function refusal(): Promise<string> {
  try {
    await openEvalSet(folder);
  } catch (error) {
    expect(error).toMatchObject({ code: "config-file-invalid" });
    return (error as Error).message;
  }
  return "nothing was refused";
}

describe("a LaMP folder", () => {
  it("gives each question with its gold and its own history; without user_id each is a user", async () => {
    await write("dev_questions.json", [question("310"), question("311", { profile: [] })]);
    await write("dev_outputs.json", outputs("311", "310"));
    const set = await openEvalSet(folder);
    expect(set).toMatchObject({
      task: "LaMP_3",
      labels: ["1", "2", "3", "4", "5"],
      users: [
        { user: "310", questionIds: ["310"], historyLength: 1 },
        { user: "311", questionIds: ["311"], historyLength: 0 },
      ],
    });
    expect(await all(set)).toEqual([
      {
        user: "310",
        question: { id: "310", input: lampQuestion("LaMP_3", "of 310"), gold: "5" },
        profile: [{ id: "1", title: null, text: "Good.", label: "4", at: null, coarse: false }],
      },
      expect.objectContaining({ user: "311", profile: [] }),
    ]);
  });

  it("groups the questions of a time-based file by user_id, and reads the items' dates", async () => {
    const profile = [
      { ...item, date: "2016-5-3" },
      { ...item, date: 2017 },
    ];
    await write("dev_questions.json.gz", [
      question("1", { user_id: 7, profile }),
      question("2", { user_id: 8 }),
      question("3", { user_id: 7 }),
    ]);
    await write("dev_outputs.json.gz", outputs("1", "2", "3"));
    const set = await openEvalSet(folder);
    expect(set.users).toEqual([
      { user: "7", questionIds: ["1", "3"], historyLength: 2 },
      { user: "8", questionIds: ["2"], historyLength: 1 },
    ]);
    const [first] = await all(set, new Set(["1"]));
    expect(first?.profile.map(({ at }) => at)).toEqual([
      "2016-05-03T00:00:00.000Z",
      "2017-01-01T00:00:00.000Z",
    ]);
  });

  it("groups questions by users.jsonl if there is one, and each question keeps its own history", async () => {
    const other = { ...item, text: "Bad." };
    await write("dev_questions.json", [question("1"), question("2", { profile: [other] })]);
    await write("dev_outputs.json", outputs("1", "2"));
    await write("users.jsonl.gz", '{"user": "ada", "question_ids": ["1", "2"]}\n');
    const set = await openEvalSet(folder);
    expect(set.users).toEqual([{ user: "ada", questionIds: ["1", "2"], historyLength: 1 }]);
    expect((await all(set)).map(({ profile }) => profile[0]?.text)).toEqual(["Good.", "Bad."]);
  });

  it("reads only the selected questions, any number of times", async () => {
    await write("dev_questions.json", [question("1"), question("2"), question("3")]);
    await write("dev_outputs.json", outputs("1", "2", "3"));
    const set = await openEvalSet(folder);
    for (const ids of [["2"], ["1", "3"], []])
      expect((await all(set, new Set(ids))).map((record) => record.question.id)).toEqual(ids);
  });

  it("opens another split by name", async () => {
    await write("dev_questions.json", [question("1")]);
    await write("dev_outputs.json", outputs("1"));
    await write("train_questions.json", [question("2")]);
    await write("train_outputs.json", outputs("2"));
    expect((await openEvalSet(folder, "train")).users.map(({ user }) => user)).toEqual(["2"]);
  });

  it("takes the labels that a set's own questions list, past a malformed question", async () => {
    const labels = ["u.s. news", "queer voices"];
    const profile = [{ id: "1", text: "Old.", category: "queer voices" }];
    await write("dev_questions.json", [
      { id: "0", input: "Which category?", profile },
      { id: "1", input: lampQuestion("LaMP_2N", "New.", labels), profile },
    ]);
    await write("dev_outputs.json", {
      task: "LaMP_2",
      golds: ["0", "1"].map((id) => ({ id, output: "u.s. news" })),
    });
    expect(await openEvalSet(folder)).toMatchObject({ task: "LaMP_2N", labels });
  });

  it.each([
    [
      "LaMP_1",
      { title: "T", abstract: "A", citation: "C" },
      { title: "T", text: "A", label: "C" },
      "[1]",
    ],
    ["LaMP_1", { title: "T", abstract: "" }, { title: "T", text: "", label: null }, "[1]"],
    [
      "LaMP_2N",
      { title: "T", text: "A", category: "women" },
      { title: "T", text: "A", label: "women" },
      "women",
    ],
    [
      "LaMP_2M",
      { description: "D", tag: "classic" },
      { title: null, text: "D", label: "classic" },
      "classic",
    ],
    ["LaMP_3", { text: "R", score: 4 }, { title: null, text: "R", label: "4" }, "4"],
  ])("reads the items of %s (%#)", async (task, given, expected, output) => {
    await write("dev_questions.json", [{ id: "1", input: "any", profile: [given] }]);
    await write("dev_outputs.json", { task, golds: [{ id: "1", output }] });
    const [record] = await all(await openEvalSet(folder));
    expect(record?.profile[0]).toMatchObject(expected);
  });
});

describe("OPPU's release", () => {
  const user = (id: number, ...questionIds: string[]) => ({
    user_id: id,
    profile: [{ description: "Old.", tag: "classic", date: "2010-01-01" }],
    query: questionIds.map((questionId) => ({
      id: questionId,
      input: lampQuestion("LaMP_2M", `of ${questionId}`),
    })),
  });
  const labels = (...ids: string[]) => ({
    task: "LaMP_2M",
    golds: ids.map((id) => ({ id, output: "comedy" })),
  });

  it("gives every user's questions with that user's history", async () => {
    await write("user_top_100_history.json", [user(11, "1", "2"), user(12, "3")]);
    await write("user_top_100_history_label.json", labels("1", "2", "3"));
    const set = await openEvalSet(folder);
    expect(set.task).toBe("LaMP_2M");
    expect(set.users).toEqual([
      { user: "11", questionIds: ["1", "2"], historyLength: 1 },
      { user: "12", questionIds: ["3"], historyLength: 1 },
    ]);
    const records = await all(set, new Set(["2", "3"]));
    expect(records.map((record) => [record.user, record.question.id])).toEqual([
      ["11", "2"],
      ["12", "3"],
    ]);
    expect(records[0]?.profile).toEqual([
      expect.objectContaining({ id: null, text: "Old.", label: "classic" }),
    ]);
  });

  it("is refused without its labels, and with a user who occurs twice", async () => {
    await write("user_top_100_history.json", [user(11, "1"), user(11, "2")]);
    expect(await refusal()).toContain("no user_top_100_history_label.json");
    await write("user_top_100_history_label.json", labels("1", "2"));
    expect(await refusal()).toContain(
      'user_top_100_history.json, element 2 (user "11") comes twice',
    );
  });
});

describe("what is refused before a question is asked", () => {
  it.each([
    [
      "a question without a gold",
      [question("1"), question("2")],
      outputs("1"),
      'dev_questions.json, element 2 (id "2"): the question "2" has no gold; expected one in dev_outputs.json',
    ],
    [
      "golds without a question",
      [question("1")],
      outputs("1", "8", "9"),
      'dev_outputs.json: gold "8" has no question, nor have 1 others of 3',
    ],
    [
      "a question id that comes twice",
      [question("1"), question("1")],
      outputs("1"),
      'dev_questions.json, element 2 (id "1"): the question id "1" comes a second time',
    ],
    [
      "a gold id that comes twice",
      [question("1")],
      outputs("1", "1"),
      'dev_outputs.json: gold "1" comes twice',
    ],
    [
      "an item without its field",
      [question("1"), question("2", { profile: [item, { id: "9", text: "No score." }] })],
      outputs("1", "2"),
      'dev_questions.json, element 2 (id "2"): profile item 2 (id "9") is not as LaMP_3 has it; check score',
    ],
    [
      "an item with a date that is none",
      [question("1", { profile: [{ ...item, date: "soon" }] })],
      outputs("1"),
      'profile item 1 (id "1") has no valid date',
    ],
    [
      "a question without its field",
      [question("1"), { id: "2", profile: [] }],
      outputs("1", "2"),
      "dev_questions.json, element 2: the field input is missing",
    ],
    [
      "a gold that no question allows",
      [question("1")],
      { task: "LaMP_3", golds: [{ id: "1", output: "good" }] },
      'dev_outputs.json: gold "1" has the output "good"; expected a number',
    ],
    [
      "a gold without its field",
      [question("1")],
      { task: "LaMP_3", golds: [{ id: "1" }] },
      "dev_outputs.json: golds.0.output is not as expected",
    ],
    ["a set without questions", [], outputs(), "The set holds no question"],
    [
      "a task without labels",
      [question("1")],
      { task: "LaMP_4", golds: [] },
      `The set's task is "LaMP_4"`,
    ],
  ])("%s", async (_, questions, golds, message) => {
    await write("dev_questions.json", questions);
    await write("dev_outputs.json", golds);
    expect(await refusal()).toContain(message);
  });

  it("a file that ends in the middle, packed or not", async () => {
    const whole = JSON.stringify([question("1"), question("2")]);
    await write("dev_outputs.json", outputs("1", "2"));
    await write("dev_questions.json", whole.slice(0, -20));
    expect(await refusal()).toContain("dev_questions.json ends before its JSON array does");

    await rm(join(folder, "dev_questions.json"));
    await write("dev_questions.json.gz", whole);
    const packed = await readFile(join(folder, "dev_questions.json.gz"));
    await writeFile(join(folder, "dev_questions.json.gz"), packed.subarray(0, -20));
    expect(await refusal()).toContain("dev_questions.json.gz ends in the middle of its gzip data");

    await write("dev_questions.json.gz", whole);
    await write("dev_outputs.json", JSON.stringify(outputs("1", "2")).slice(0, -4));
    expect(await refusal()).toContain("dev_outputs.json is not valid JSON");
  });

  it("a question that users.jsonl gives to two users", async () => {
    await write("dev_questions.json", [question("1")]);
    await write("dev_outputs.json", outputs("1"));
    await write(
      "users.jsonl",
      '{"user":"ada","question_ids":["1"]}\n{"user":"bo","question_ids":["1"]}',
    );
    expect(await refusal()).toContain('users.jsonl, line 2: the question "1" is of bo, and of ada');
    await write("users.jsonl", '{"user":"ada"}');
    expect(await refusal()).toContain("users.jsonl, line 1: expected");
  });

  it("a folder without the split's questions or outputs, and a file", async () => {
    expect(await refusal()).toContain("holds no dev_questions.json");
    await write("dev_questions.json", [question("1")]);
    expect(await refusal()).toContain("holds no dev_outputs.json");
    await expect(openEvalSet(join(folder, "dev_questions.json"))).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("is a file"),
    });
  });
});
