import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openJournal } from "../../../src/eval/run/journal.js";

const schema = z.object({ id: z.string(), text: z.string() });
type Line = z.output<typeof schema>;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
  path = join(folder, "lines.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const opened = (keeps: (line: Line) => boolean = () => true) =>
  openJournal<Line>({ path, schema, keyOf: ({ id }) => id, keeps });

async function linesOf(keeps?: (line: Line) => boolean) {
  const journal = await opened(keeps);
  const lines: Line[] = [];
  for await (const line of journal.lines()) lines.push(line);
  await journal.close();
  return lines;
}

// U+2028 ends a line for some readers, and a letter of two bytes can be cut in its middle.
const all: readonly Line[] = [
  { id: "a", text: "first\nsecond\u2028third" },
  { id: "b", text: "Zürich" },
  { id: "c", text: "" },
];

async function written(lines = all) {
  const journal = await opened();
  await Promise.all(lines.map((line) => journal.append(line)));
  await journal.close();
  return readFile(path);
}

describe("a journal", () => {
  it("returns appended lines by key and in order, in the same process and in the next", async () => {
    const journal = await opened();
    await Promise.all(all.map((line) => journal.append(line)));
    expect(await journal.read("b")).toEqual(all[1]);
    expect(await journal.read("d")).toBeUndefined();
    expect([journal.has("c"), journal.has("d")]).toEqual([true, false]);
    await journal.close();
    expect(await linesOf()).toEqual(all);
  });

  it("truncated at any byte gives every line with its line end, and appends after the last", async () => {
    const bytes = await written();
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(path, bytes.subarray(0, length));
      const whole = bytes.subarray(0, length).filter((byte) => byte === 10).length;
      expect(await linesOf(), `after ${length} bytes`).toEqual(all.slice(0, whole));
      await written(all.slice(whole));
      expect(await linesOf()).toEqual(all);
    }
  });

  it("removes lines that are not kept, permanently", async () => {
    await written();
    expect(await linesOf(({ id }) => id !== "b")).toEqual([all[0], all[2]]);
    expect(await linesOf()).toEqual([all[0], all[2]]);
  });

  it("refuses a whole line that is no record", async () => {
    await writeFile(path, '{"id":"a","text":"x"}\nnonsense\n');
    await expect(opened()).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringMatching(/^lines\.jsonl holds a line that is no record .*"nonsense"/),
    });
  });
});
