import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ReadItem, ReadOptions } from "../../src/formats/history-source.js";
import { openHistories } from "../../src/formats/open-histories.js";
import { lampQuestion } from "../../src/domain/lamp-question.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-lamp-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));

async function read(options?: ReadOptions): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  for await (const item of (await openHistories(folder)).read(options)) items.push(item);
  return items;
}

async function taken(options?: ReadOptions) {
  return (await read(options)).flatMap((entry) => (entry.ok ? [entry] : []));
}

async function faults() {
  return (await read()).flatMap((entry) => (entry.ok ? [] : [`${entry.line} ${entry.reason}`]));
}

const review = (text: string) => lampQuestion("LaMP_3", text);

describe("a LaMP folder without users.jsonl", () => {
  it("makes each question a user, whose history is the question's profile", async () => {
    await write("dev_questions.json", [
      { id: "310", input: review("Fine."), profile: [{ id: "1", text: "Good.", score: "4" }] },
      { id: "311", input: review("Poor."), profile: [{ id: "2", text: "Bad.", score: 1 }] },
    ]);
    await write("dev_outputs.json", { task: "LaMP_3", golds: [] });
    expect(await read()).toEqual([
      {
        ok: true,
        user: "310",
        item: {
          itemId: "1",
          query: review("Good."),
          response: null,
          answer: "4",
          at: null,
          coarse: false,
          task: "LaMP_3",
        },
      },
      { ok: true, user: "311", item: expect.objectContaining({ itemId: "2", answer: "1" }) },
    ]);
  });

  it("reads gzip files, the available splits, and only the requested users", async () => {
    const question = (id: string) => ({
      id,
      input: review("x"),
      profile: [{ id: "1", text: `of ${id}`, score: "3" }],
    });
    await writeFile(
      join(folder, "dev_questions.json.gz"),
      gzipSync(JSON.stringify([question("a"), question("b")])),
    );
    await write("test_questions.json", [question("c")]);
    expect((await taken()).map(({ user }) => user)).toEqual(["a", "b", "c"]);
    expect((await taken({ limitUsers: 1 })).map(({ user }) => user)).toEqual(["a"]);
    expect((await taken({ users: new Set(["c"]) })).map(({ user }) => user)).toEqual(["c"]);
  });

  it("drops an item that is the text of the user's question, and says which", async () => {
    await write("dev_questions.json", [
      {
        id: "1",
        input: review("A fine,  odd film!"),
        profile: [
          { id: "9", text: "a fine odd film", score: "4" },
          { id: "8", text: "Another film.", score: "4" },
        ],
      },
    ]);
    expect(await read()).toEqual([
      {
        ok: false,
        line: 1,
        reason: "dev_questions.json: item 9 of 1 is the text of one of the user's questions",
      },
      expect.objectContaining({ ok: true }),
    ]);
  });

  it("names a question or an item that does not fit the format, and reads on", async () => {
    await write("dev_questions.json", [
      { id: "1", input: review("x") },
      {
        id: "2",
        input: review("x"),
        profile: [
          { id: "7", text: "No score." },
          "what",
          { id: "8", text: " ", score: "1" },
          { id: "9", text: "y", score: "1", date: "some day" },
          { id: "10", text: "y", score: "1" },
        ],
      },
      { id: "a/b", input: review("x"), profile: [] },
      { id: "2", input: review("x"), profile: [] },
    ]);
    expect(await faults()).toEqual([
      '1 dev_questions.json: not a question; expected {"id", "input", "profile"}',
      "2 dev_questions.json: item 7 of 2 is not as LaMP_3 has it; check score",
      "2 dev_questions.json: item without an id of 2 is not an object",
      "2 dev_questions.json: item 8 of 2 has an empty text",
      "2 dev_questions.json: item 9 of 2 has no valid date; expected ISO 8601, or a year",
      expect.stringContaining('3 dev_questions.json: The user id "a/b" holds a character'),
      "4 dev_questions.json: 2 is there a second time; the first was imported",
    ]);
    expect(await taken()).toHaveLength(1);
  });
});

describe("a LaMP folder with users.jsonl", () => {
  it("takes a user's history, else the profile of their first question", async () => {
    await write("dev_questions.json", [
      { id: "2", input: review("two"), profile: [{ id: "b", text: "second", score: "2" }] },
      { id: "1", input: review("one"), profile: [{ id: "a", text: "first", score: "1" }] },
      { id: "3", input: review("three"), profile: [{ id: "c", text: "third", score: "3" }] },
    ]);
    const users = [
      { user: "profiled", question_ids: ["1", "2"] },
      {
        user: "storied",
        question_ids: ["3"],
        history: [
          { id: "h1", text: "long ago", score: "5", date: "1999" },
          { id: "h2", text: "three", score: "5", date: "2001-02-03" },
        ],
      },
      { user: "lost", question_ids: ["99"] },
    ];
    await write("users.jsonl", users.map((user) => JSON.stringify(user)).join("\n"));
    expect((await taken()).map(({ user, item }) => [user, item.itemId, item.at])).toEqual([
      ["storied", "h1", "1999-01-01T00:00:00.000Z"],
      ["profiled", "a", null],
    ]);
    expect(await faults()).toEqual([
      "2 users.jsonl: item h2 of storied is the text of one of the user's questions",
      "3 users.jsonl: lost has neither a history nor a question in the question files",
    ]);
  });
});

describe("the tasks of LaMP", () => {
  it("asks a set's news question with the set's own labels", async () => {
    const labels = ["u.s. news", "queer voices"];
    await write("dev_questions.json", [
      {
        id: "1",
        input: lampQuestion("LaMP_2N", "New.", labels),
        profile: [{ id: "1", title: "T", text: "Old.", category: "queer voices" }],
      },
    ]);
    await write("dev_outputs.json", { task: "LaMP_2", golds: [] });
    const [entry] = await taken();
    expect(entry?.item).toMatchObject({
      query: lampQuestion("LaMP_2N", "Old.", labels),
      answer: "queer voices",
      task: "LaMP_2N",
    });
  });

  it("distinguishes LaMP_2's movies and news, also after a malformed question", async () => {
    await write("dev_questions.json", [
      { id: "0", input: "Which tag? (a malformed question)", profile: [] },
      {
        id: "1",
        input: lampQuestion("LaMP_2M", "New."),
        profile: [{ id: "1", description: "Old.", tag: "classic" }],
      },
    ]);
    await write("dev_outputs.json", { task: "LaMP_2", golds: [] });
    const [entry] = await taken();
    expect(entry?.item).toMatchObject({
      query: lampQuestion("LaMP_2M", "Old."),
      answer: "classic",
      task: "LaMP_2M",
    });
  });

  it("takes a paper as the query, and the cited title, where there is one, as the true answer", async () => {
    await write("dev_questions.json", [
      {
        id: "1",
        input:
          'For an author who has written the paper with the title "Own", which reference is related? Just answer with [1] or [2] without explanation. [1]: "A" [2]: "B"',
        profile: [
          { id: "1", title: "P", abstract: "On p.", citation: "Q", date: "2003" },
          { id: "2", title: "P", abstract: "", citation: "" },
          { id: "3", title: "R", abstract: "On r." },
          { id: "4", title: "own", abstract: "The question's own paper." },
        ],
      },
    ]);
    const items = (await taken()).map(({ item }) => item);
    expect(items.map(({ query, answer, at }) => [query, answer, at])).toEqual([
      ["P\nOn p.", "Q", "2003-01-01T00:00:00.000Z"],
      ["P", null, null],
      ["R\nOn r.", null, null],
    ]);
  });
});

describe("a LaMP folder that cannot be imported is refused in one line", () => {
  it.each([
    ["a question file that ends too early", '[{"id": "1"}, {"id"', "ends before its JSON array"],
    ["an empty question file", " ", "is empty; expected LaMP's"],
    ["a question file that is an object", '{"data": []}', "is not a JSON array"],
    ["text behind the array", "[] []", "is not a JSON array"],
    ["an element that is not JSON", "[{'id': 1}]", "Element 1 of dev_questions.json is not valid"],
    ["a comma too many", '[{"id": "1"},]', "Element 2"],
    ["questions in no known wording", '[{"id":"1","input":"Hi","profile":[]}]', "no wording"],
  ])("%s", async (_name, content, part) => {
    await write("dev_questions.json", content);
    await expect(read()).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining(part),
    });
  });

  it.each([
    ["a task whose answers are texts", '{"task":"LaMP_4","golds":[]}', 'task is "LaMP_4"'],
    ["outputs that name no task", "[]", "names no task"],
    ["outputs that are not JSON", "{", "dev_outputs.json is not valid JSON"],
  ])("%s", async (_name, outputs, part) => {
    await write("dev_questions.json", [{ id: "1", input: review("x"), profile: [] }]);
    await write("dev_outputs.json", outputs);
    await expect(read()).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining(part),
    });
  });
});
