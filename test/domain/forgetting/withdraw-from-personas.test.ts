import { describe, expect, it } from "vitest";
import { withdrawFromPersonas } from "../../../src/domain/forgetting/withdraw-from-personas.js";
import type { Withdrawal } from "../../../src/domain/forgetting/withdrawal.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";
import { turnAt } from "../../support/users/episodes.js";

const { id: gone, at } = turnAt(1, "Gone.");
const deleted: Withdrawal = {
  schemaVersion: 1,
  episodeId: gone,
  what: "deleted",
  at: at ?? "",
  responses: [],
  sameIn: [],
  unfinished: null,
};

/** The nth version of paper mode, written from a batch of one episode. */
function version(n: number, item: string, change: Partial<PersonaCheckpoint> = {}) {
  return {
    ...initialPersona,
    id: `v${n}`,
    version: n,
    parentId: n === 1 ? initialPersona.id : `v${n - 1}`,
    status: "active" as const,
    author: "alignment" as const,
    paperSystemPrompt: `Text ${n}.`,
    alignment: alignmentRecord({
      profileId: `p${n}`,
      scores: { batch: [{ episodeId: item, parent: 0, candidate: null }], holdout: [] },
      critiques: [],
    }),
    ...change,
  };
}

const textsLeft = (
  checkpoints: readonly PersonaCheckpoint[],
  evidenceOf: (id: string) => readonly string[] = () => [],
) =>
  withdrawFromPersonas(checkpoints, [deleted], evidenceOf).map(
    ({ paperSystemPrompt }) => paperSystemPrompt,
  );

describe("a text of paper mode", () => {
  it("goes with an episode of its batch, and so do those that were written from it", () => {
    const log = [version(1, "a"), version(2, gone), version(3, "b")];
    expect(textsLeft(log)).toEqual(["Text 1.", null, null]);
  });

  it("goes with an episode that its profile cites", () => {
    const log = [version(1, "a"), version(2, "b")];
    expect(textsLeft(log, (id) => (id === "p2" ? ["x", gone] : []))).toEqual(["Text 1.", null]);
  });

  it("goes from a version that restored it, too", () => {
    const restored = { alignment: null, paperSystemPrompt: "Text 1.", parentId: null };
    expect(textsLeft([version(1, gone), version(2, "a", restored)])).toEqual([null, null]);
  });

  it("stays while only held-out items were deleted, which it was not written from", () => {
    const holdout = [{ episodeId: gone, parent: 0, candidate: null }];
    const record = alignmentRecord({ scores: { batch: [], holdout }, critiques: [] });
    expect(textsLeft([version(1, "a", { alignment: record })])).toEqual(["Text 1."]);
  });
});
