import { describe, expect, it } from "vitest";
import { parseRecord } from "../../src/memory/parse-record.js";
import { episodeRecord, profileRecord } from "../../src/memory/record-schemas.js";
import { minuteAt, turnAt } from "../support/users/episodes.js";

const place = { namespace: ["a"], key: "k" };

describe("a record of an earlier build", () => {
  it("is read where feedback had no reason and was never inferred", () => {
    const feedback = { kind: "reject", author: "ada", at: minuteAt(2) };
    const value = { ...turnAt(1, "Tea?"), feedback };
    expect(parseRecord(episodeRecord, { ...place, value }).feedback).toEqual({
      ...feedback,
      reason: null,
      inferred: null,
    });
  });

  it("is read where a statement kept nothing of what it replaced", () => {
    const statement = { text: "Takes tea.", evidence: ["e1"] };
    const value = {
      schemaVersion: 1,
      id: "p",
      version: 1,
      at: minuteAt(1),
      statements: [statement],
      lastEpisodeId: null,
      episodeCount: 1,
      model: "offline",
    };
    expect(parseRecord(profileRecord, { ...place, value }).statements).toEqual([
      { ...statement, replaces: [] },
    ]);
  });
});
