import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseRecord, type RecordKind } from "../../src/memory/parse-record.js";

const noteRecord: RecordKind<{ schemaVersion: 3; text: string; tags: string[] }> = {
  name: "note",
  schema: z.strictObject({
    schemaVersion: z.literal(3),
    text: z.string(),
    tags: z.array(z.string()),
  }),
  migrations: {
    1: ({ body, ...rest }) => ({ ...rest, schemaVersion: 2, text: body }),
    2: (earlier) => ({ ...earlier, schemaVersion: 3, tags: [] }),
  },
};
const at = { namespace: ["a", "b"], key: "k" };

describe("parseRecord", () => {
  it("brings a record through every version to the present one", () => {
    const value = { schemaVersion: 1, body: "hi" };
    expect(parseRecord(noteRecord, { ...at, value })).toEqual({
      schemaVersion: 3,
      text: "hi",
      tags: [],
    });
    expect(value).toEqual({ schemaVersion: 1, body: "hi" });
  });

  it("gives a new object", () => {
    const value = { schemaVersion: 3, text: "hi", tags: ["x"] };
    const note = parseRecord(noteRecord, { ...at, value });
    expect(note).toEqual(value);
    expect(note.tags).not.toBe(value.tags);
  });

  it.each([
    ["a version from the future", { schemaVersion: 4, text: "hi", tags: [] }],
    ["no version", { text: "hi", tags: [] }],
    ["a broken field", { schemaVersion: 3, text: 1, tags: [] }],
    ["an unknown field", { schemaVersion: 3, text: "hi", tags: [], more: 1 }],
  ])("refuses %s in one line that names the record", (_, value) => {
    expect(() => parseRecord(noteRecord, { ...at, value })).toThrow(
      expect.objectContaining({
        code: "memory-record-invalid",
        message: expect.stringMatching(/^The stored note a:b:k .*$/),
      }),
    );
  });

  it("does not run for ever when a migration leads nowhere", () => {
    const circular = { ...noteRecord, migrations: { 1: (same: object) => ({ ...same }) } };
    const value = { schemaVersion: 1 };
    expect(() => parseRecord(circular, { ...at, value })).toThrow(/note a:b:k/);
  });
});
