import { expect, it } from "vitest";
import { inBatches } from "../../../src/memory/chroma/split-batches.js";

const rows = (count: number, words: string) =>
  Array.from({ length: count }, (_, row) => ({ id: `${row}`, words, vector: [1, 2] }));

it("keeps the order, and returns no batch for no rows", () => {
  expect(inBatches([])).toEqual([]);
  const batches = inBatches(rows(600, "tea"));
  expect(batches.length).toBeGreaterThan(1);
  expect(batches.flat()).toEqual(rows(600, "tea"));
});

it("makes no batch with more rows than Chroma's cloud accepts, or more bytes than its server accepts", () => {
  for (const batch of inBatches(rows(600, "x"))) expect(batch.length).toBeLessThanOrEqual(300);
  for (const batch of inBatches(rows(300, "京".repeat(70_000))))
    expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(40_000_000);
});

it("puts a very large row into a batch of its own", () => {
  const large = { id: "large", words: "x".repeat(5_000_000) };
  expect(inBatches([{ id: "a", words: "" }, large, { id: "b", words: "" }])).toHaveLength(3);
});

it("keeps the last row of an id", () => {
  expect(
    inBatches([
      { id: "a", words: "first" },
      { id: "a", words: "last" },
    ]),
  ).toEqual([[{ id: "a", words: "last" }]]);
});
