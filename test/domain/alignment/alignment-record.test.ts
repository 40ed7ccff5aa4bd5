import { describe, expect, it } from "vitest";
import { meanScores } from "../../../src/domain/alignment/alignment-record.js";
import {
  initialPersona,
  personaCheckpointSchema,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";
import { memoryParts } from "../../support/agents/memory-parts.js";

const record = alignmentRecord();

describe("a checkpoint's alignment", () => {
  it("is part of the checkpoint, and rejected where it does not fit the schema", () => {
    const checkpoint = { ...initialPersona, alignment: record };
    expect(personaCheckpointSchema.parse(JSON.parse(JSON.stringify(checkpoint)))).toEqual(
      checkpoint,
    );
    const beyond = {
      ...record,
      scores: { batch: [{ episodeId: "e", parent: 2, candidate: null }], holdout: [] },
    };
    expect(
      personaCheckpointSchema.safeParse({ ...initialPersona, alignment: beyond }).success,
    ).toBe(false);
  });

  it("is read from the log as it was appended, with a paper text", async () => {
    const { personas: log } = memoryParts();
    const appended = await log.append("ines", {
      at: "2026-01-01T00:00:00.000Z",
      author: "alignment",
      status: "active",
      lines: [],
      paperSystemPrompt: "You are an assistant.",
      reason: "scored better",
      alignment: record,
      parent: initialPersona,
    });
    expect(appended).toMatchObject({
      paperSystemPrompt: "You are an assistant.",
      alignment: record,
    });
    expect(await log.head("ines")).toEqual(appended);
  });
});

describe("meanScores", () => {
  const means = (items: Parameters<typeof meanScores>[0]) => {
    const { parent, candidate } = meanScores(items);
    return { parent, candidate };
  };

  it("is the weighted mean of each side, on the items that a candidate answered where there is one", () => {
    const scored = (parent: number, candidate: number | null) => ({
      episodeId: "e",
      parent,
      candidate,
    });
    expect(means([scored(0, 1), scored(1, 0.5)])).toEqual({ parent: 0.5, candidate: 0.75 });
    expect(means([scored(0, 1), scored(1, null)])).toEqual({ parent: 0, candidate: 1 });
    expect(means([scored(0, null), scored(1, null)])).toEqual({
      parent: 0.5,
      candidate: null,
    });
    expect(
      means([
        { ...scored(0, 1), weight: 1.5 },
        { ...scored(1, 0), weight: 0.5 },
      ]),
    ).toEqual({ parent: 0.25, candidate: 0.75 });
    expect(means([{ ...scored(0.8, 0.2), preferred: "candidate" }, scored(0.5, 0.5)])).toEqual({
      parent: 0.25,
      candidate: 0.75,
    });
    expect(means([{ ...scored(0.8, 0.2), preferred: "neither" }])).toEqual({
      parent: 0.5,
      candidate: 0.5,
    });
    expect(means([])).toEqual({ parent: null, candidate: null });
  });
});
