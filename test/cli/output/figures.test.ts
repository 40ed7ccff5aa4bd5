import { expect, it } from "vitest";
import { measured } from "../../../src/cli/output/figures.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";

it("shows on how many items the judge's orders agreed, where it was asked", () => {
  const scores = {
    batch: [{ episodeId: "e1", parent: 0.4, candidate: 0.3, preferred: "candidate" as const }],
    holdout: [],
  };
  expect(measured(alignmentRecord({ scores, judge: { items: 1, agreed: 1 } }))).toBe(
    "batch 0.00 → 1.00 (1 item), holdout not asked; judge's orders agree on 1 of 1; 9 calls, 100 tokens in, 20 out",
  );
});
