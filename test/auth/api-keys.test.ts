import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addApiKey, ApiKeys } from "../../src/auth/api-keys.js";

const now = new Date("2026-05-01T00:00:00Z");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-keys-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a file of keys", () => {
  it("has hashes only, and is its owner's", async () => {
    const file = join(folder, "keys.jsonl");
    const made = [await addApiKey(file, "ines", now), await addApiKey(file, undefined, now)];
    // 43 characters of 6 bits, of which 256 bits count.
    for (const key of made) expect(key).toMatch(/^pa_[\w-]{43}$/);
    const text = await readFile(file, "utf8");
    for (const key of made) expect(text).not.toContain(key.slice(3));
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => Object.keys(JSON.parse(line) as object)),
    ).toEqual([
      ["sha256", "user", "made"],
      ["sha256", "operator", "made"],
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const keys = new ApiKeys(file);
    expect(await keys.find(made[0] ?? "")).toEqual({ isOperator: false, userId: "ines" });
    expect(await keys.find(made[1] ?? "")).toEqual({ isOperator: true });
    expect(await keys.find("pa_")).toBeUndefined();
  });

  it("is read again when a key is added or removed", async () => {
    const file = join(folder, "changing.jsonl");
    const first = await addApiKey(file, "ines", now);
    const keys = new ApiKeys(file);
    expect(await keys.find(first)).toBeDefined();
    const second = await addApiKey(file, "bo", now);
    expect(await keys.find(second)).toBeDefined();
    const [, line = ""] = (await readFile(file, "utf8")).split("\n");
    // Without a line break at the end, as an editor may leave it.
    await writeFile(file, line);
    expect(await keys.find(first)).toBeUndefined();
    expect(await keys.find(second)).toBeDefined();
    const third = await addApiKey(file, "zoe", now);
    expect(await keys.find(third)).toBeDefined();
    expect(await keys.find(second)).toBeDefined();
  });

  it.each([
    ["nothing.jsonl", null, /nothing.jsonl cannot be used \(ENOENT\);[^\n]+$/],
    ["text.jsonl", "a key\n", /^Line 1 of [^\n]*text.jsonl is no hashed key;[^\n]+$/],
    ["plain.jsonl", '\n{"key":"pa_secret","user":"ines"}\n', /^Line 2 of (?![^]*pa_secret)/],
    [
      "both.jsonl",
      `{"sha256":"${"a".repeat(64)}","user":"i","operator":true,"made":"x"}`,
      /^Line 1/,
    ],
  ])("is refused in one line if it is %s", async (name, text, line) => {
    const file = join(folder, name);
    if (text !== null) await writeFile(file, text);
    await expect(new ApiKeys(file).load()).rejects.toThrow(
      expect.objectContaining({
        code: "config-file-invalid",
        message: expect.stringMatching(line),
      }),
    );
    if (text !== null) await expect(addApiKey(file, "ines", now)).rejects.toThrow(line);
  });
});
