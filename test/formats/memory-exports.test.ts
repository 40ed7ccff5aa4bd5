import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHistories } from "../../src/formats/open-histories.js";
import type { ReadItem } from "../../src/formats/history-source.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-exports-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: unknown, user?: string): Promise<ReadItem[]> {
  const path = join(folder, "export.json");
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  const source = await openHistories(path, user === undefined ? {} : { user });
  const items: ReadItem[] = [];
  for await (const item of source.read()) items.push(item);
  return items;
}

/** Each as user, query, response and time. */
function shown(items: readonly ReadItem[]) {
  return items.map((entry) =>
    entry.ok
      ? [entry.user, entry.item.query, entry.item.response, entry.item.at]
      : `${entry.line}: ${entry.reason}`,
  );
}

describe("what mem0's get_all gives", () => {
  const memory = {
    id: "892db2ae-06d9-49e5-8b3e-585ef9b85b8e",
    memory: "Is allergic to walnuts",
    hash: "af1161983e03667063d1abb60e6d5c06",
    metadata: { type: "health" },
    created_at: "2025-07-20T01:30:36.275141-07:00",
    updated_at: "2025-07-21T01:30:36.275141-07:00",
    user_id: "ines",
  };

  it("is read, of the library and of the platform", async () => {
    const expected = [["ines", "Is allergic to walnuts", null, "2025-07-20T08:30:36.275Z"]];
    expect(shown(await read({ results: [memory] }))).toEqual(expected);
    expect(shown(await read({ count: 1, next: null, previous: null, results: [memory] }))).toEqual(
      expected,
    );
    expect(shown(await read(JSON.stringify([memory], null, 2)))).toEqual(expected);
  });

  it("needs a user, who may be named for the file", async () => {
    const { user_id: _, ...ofAgent } = memory;
    const entries = [{ ...ofAgent, agent_id: "cook" }, memory];
    expect(shown(await read(entries))[0]).toBe("1: user is missing; expected text");
    expect(shown(await read(entries, "bo")).map(([user]) => user)).toEqual(["bo", "ines"]);
  });
});

describe("Mastra's messages", () => {
  const at = (minute: number) => `2025-07-20T10:0${minute}:00.000Z`;
  const message = (minute: number, role: string, text: string, more: object = {}) => ({
    id: `m${minute}`,
    role,
    createdAt: at(minute),
    threadId: "t1",
    resourceId: "ines",
    type: "v2",
    content: {
      format: 2,
      parts: [
        { type: "step-start" },
        { type: "tool-invocation", toolInvocation: { toolName: "search", args: { text: "x" } } },
        { type: "text", text },
      ],
    },
    ...more,
  });

  it("are read as a user's message with the answer to it, in the order of time", async () => {
    const messages = [
      message(3, "user", "And pasta?"),
      message(1, "user", "I eat no nuts."),
      message(2, "assistant", "Noted."),
      message(4, "user", "Who are you?", { threadId: "t2", resourceId: "bo" }),
      message(5, "assistant", "Yes."),
      message(6, "assistant", "With pesto."),
    ];
    const expected = [
      ["ines", "I eat no nuts.", "Noted.", at(1)],
      ["ines", "And pasta?", "Yes.\nWith pesto.", at(3)],
      ["bo", "Who are you?", null, at(4)],
    ];
    expect(shown(await read({ messages }))).toEqual(expected);
    expect(shown(await read(messages))).toEqual(expected);
  });

  it("are read in the first format, and as a database holds them", async () => {
    const stored = message(2, "user", "Second");
    const messages = [
      message(1, "user", "", { content: "First" }),
      { ...stored, content: JSON.stringify(stored.content) },
      message(3, "user", "", { content: [{ type: "text", text: "Third" }] }),
      message(4, "user", "", { content: { format: 2, parts: [], content: "Fourth" } }),
      message(5, "user", ""),
      { text: "?" },
    ];
    expect(shown(await read(messages))).toEqual([
      "6: not a message of Mastra",
      ["ines", "First", null, at(1)],
      ["ines", "Second", null, at(2)],
      ["ines", "Third", null, at(3)],
      ["ines", "Fourth", null, at(4)],
      "5: query is empty; expected some text",
    ]);
  });
});

it.each(['[{"user": "ada"}]', '{\n  "a": 1\n}', "[]", "[1"])(
  "other JSON is refused in one line: %s",
  async (content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringMatching(/^export\.json is .*mem0's get_all.*\.$/),
    });
  },
);
