import { expect, it } from "vitest";
import { taughtLines } from "../../../src/domain/alignment/taught-lines.js";

const line = (text: string, ...evidence: string[]) => ({ text, tool: null, evidence });
const item = { episodeId: "item", duplicates: ["again"] };
const cited = line("Likes long books.", "item", "other");
const ofDuplicate = line("Reads at night.", "again", "other");
const uncited = line("Is short of time.", "other");
const before = [cited, ofDuplicate, uncited];

it.each([true, false])(
  "leaves out what was learned from the item (in the batch: %s)",
  (isInBatch) => {
    const asked = { lines: before, learnedBefore: before, isInBatch };
    expect(taughtLines(item, asked)).toEqual([cited, ofDuplicate]);
  },
);

it("treats a line that the candidate kept as the parent's, whatever it cites now", () => {
  const lines = [
    { ...cited, evidence: ["new"] },
    { ...uncited, evidence: ["item", "new"] },
  ];
  const taught = taughtLines(item, { lines, learnedBefore: before, isInBatch: true });
  expect(taught).toEqual([lines[0]]);
});

it("tries what the run wrote on the batch, and on a held-out item unless it was made of what that taught", () => {
  const reworded = line("Likes very long books.", "new", "newer");
  const fresh = line("Never answers before noon.", "item", "new");
  const alone = line("Owns a red canoe.", "item");
  const lines = [reworded, fresh, alone];
  const inBatch = taughtLines(item, { lines, learnedBefore: before, isInBatch: true });
  expect(inBatch).toEqual([alone]);
  const heldOut = taughtLines(item, { lines, learnedBefore: before, isInBatch: false });
  expect(heldOut).toEqual(lines);
  expect(
    taughtLines(
      { episodeId: "x", duplicates: [] },
      { lines, learnedBefore: before, isInBatch: false },
    ),
  ).toEqual([]);
});
