import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReadItem, ReadOptions } from "../../src/formats/history-source.js";
import { openHistories } from "../../src/formats/open-histories.js";
import { PersonaAgentError } from "../../src/system/errors.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-jsonl-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer, options?: ReadOptions): Promise<ReadItem[]> {
  const path = join(folder, "histories.jsonl");
  await writeFile(path, content);
  const items: ReadItem[] = [];
  for await (const item of (await openHistories(path)).read(options)) items.push(item);
  return items;
}

async function refusal(content: string | Buffer): Promise<string> {
  try {
    await read(content);
  } catch (error) {
    if (PersonaAgentError.is(error, "config-file-invalid")) return error.message;
    throw error;
  }
  throw new Error("The file was taken.");
}

const good = '{"user":"ada","query":"Tea or coffee?","answer":"tea"}';

describe("a JSONL file", () => {
  it("gives each line's user, texts, time, id and task, and names other keys", async () => {
    const line = {
      user: "ada",
      query: "Tea?",
      answer: "yes",
      response: "no",
      at: "2024-05-01",
      id: 7,
      task: "drinks",
      mood: ["any"],
    };
    expect(await read(JSON.stringify(line))).toEqual([
      {
        ok: true,
        user: "ada",
        item: {
          itemId: "7",
          query: "Tea?",
          options: null,
          scale: null,
          answer: "yes",
          response: "no",
          at: "2024-05-01T00:00:00.000Z",
          coarse: true,
          task: "drinks",
        },
        unread: ["mood"],
      },
    ]);
  });

  it("may have a byte order mark, CRLF, empty lines, U+2028 in a text, and no last line end", async () => {
    const other = '{"user":"bob","query":"one\u2028line","at":null,"answer":""}';
    const items = await read(`\uFEFF\r\n${good}\r\n\r\n   \n${other}`);
    expect(items.map((item) => item.ok && [item.user, item.item.query, item.item.answer])).toEqual([
      ["ada", "Tea or coffee?", "tea"],
      ["bob", "one\u2028line", null],
    ]);
  });

  it("may be gzip, whatever its name", async () => {
    expect(await read(gzipSync(`${good}\n${good}\n`))).toHaveLength(2);
  });

  it.each([
    ["{", "not valid JSON"],
    ["[]", 'not an object; expected {"user", "query", "answer", "at"}'],
    ["5", 'not an object; expected {"user", "query", "answer", "at"}'],
    ['{"query":"x"}', "user is missing; expected text"],
    ['{"user":"ada"}', "query is missing; expected text"],
    ['{"user":"ada","query":7}', "query has the wrong type; expected text"],
    ['{"user":"ada","query":null}', "query has the wrong type; expected text"],
    [
      '{"user":"ada","query":"x","answer":[5]}',
      "answer has the wrong type; expected text or a number",
    ],
    [
      '{"user":"ada","query":"x","options":["a"]}',
      "options has the wrong form; expected two or more",
    ],
    ['{"user":"ada","query":"x","options":["a","a"]}', "options has the wrong form"],
    ['{"user":"ada","query":"x","options":{"a":1}}', "options has the wrong form"],
    ['{"user":"ada","query":"x","scale":{"least":5,"greatest":1}}', "scale has the wrong form"],
    ['{"user":"ada","query":"x","scale":{"min":1,"max":5}}', "scale has the wrong form"],
    ['{"user":"ada","query":"x","scale":["a","b"]}', "scale has the wrong form; expected numbers"],
    ['{"user":"ada","query":"x","scale":"five"}', "scale has the wrong form"],
    ['{"user":"ada","query":"x","scale":"1-5","options":["a","b"]}', "options and scale are both"],
    ['{"user":"ada","query":" "}', "query is empty; expected some text"],
    ['{"user":"a:b","query":"x"}', 'The user id "a:b" holds a character that is not allowed'],
    ['{"user":"","query":"x"}', "The user id is empty"],
    ['{"user":"ada","query":"x","at":"soon"}', "at is not a date"],
    ['{"user":"ada","query":"x","at":17}', "at is not a date"],
    ['{"user":"ada","query":"x\\u0000"}', "query holds a NUL character"],
    ['{"user":"ada","query":"x","answer":"\\ud800"}', "answer holds half of a surrogate pair"],
    [`{"user":"ada","query":"${"x".repeat(200_001)}"}`, "query is 200001 characters long"],
    [`{"user":"ada","query":"${"x".repeat(9_000_000)}"}`, "the line is 9000025 bytes long"],
  ])("says why line 2 cannot be taken and goes on: %.60s", async (line, reason) => {
    const items = await read(`${good}\n${line}\n${good}\n`);
    expect(items.map((item) => item.ok)).toEqual([true, false, true]);
    expect(items[1]).toMatchObject({ line: 2 });
    expect(items[1]).toHaveProperty("reason", expect.stringContaining(reason));
  });

  it("says that a line is not UTF-8", async () => {
    const latin = Buffer.from('{"user":"ada","query":"caf\u00e9"}\n', "latin1");
    const items = await read(Buffer.concat([latin, Buffer.from(good)]));
    expect(items[0]).toEqual({ ok: false, line: 1, reason: "the line is not UTF-8 text" });
    expect(items[1]?.ok).toBe(true);
  });

  it("can be read for some users only, or for the first few", async () => {
    const lines = ["ada", "bob", "ada", "eve"].map((user) => JSON.stringify({ user, query: "x" }));
    const users = async (options: ReadOptions) =>
      (await read(lines.join("\n"), options)).map((item) => item.ok && item.user);
    expect(await users({ users: new Set(["eve", "ada"]) })).toEqual(["ada", "ada", "eve"]);
    expect(await users({ limitUsers: 2 })).toEqual(["ada", "bob", "ada"]);
  });
});

describe("a file that cannot be imported is refused in one line", () => {
  it.each([
    ["an empty file", "", "is empty; expected JSONL"],
    ["prose", "Dear diary,\ntoday", "None of the 2 lines of histories.jsonl can be imported"],
    ["a JSON array", ' [{"user":"ada"}]', "is JSON of an unknown form; expected JSONL, CSV"],
    ["half an archive", gzipSync(good.repeat(50)).subarray(0, 60), "in the middle of its gzip"],
    ["a damaged archive", Buffer.from([0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9]), "damaged gzip file"],
  ])("%s", async (_name, content, part) => {
    const message = await refusal(content);
    expect(message).toContain(part);
    expect(message).not.toContain("\n");
  });

  it("a path that is not there", async () => {
    const missing = openHistories(join(folder, "nothing"));
    await expect(missing).rejects.toMatchObject({ code: "config-file-invalid" });
  });

  it("a folder without LaMP's files", async () => {
    await expect(openHistories(folder)).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("holds no dev_questions.json"),
    });
  });
});
