import { describe, expect, it } from "vitest";
import { permutationProbability } from "../../../src/domain/scoring/permutation-p-value.js";

/** The same by drawing every possible first group: only for a few values. */
function byEveryDraw(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const close = (a: number, b: number) => Math.abs(a - b) < 1e-9;
  let [draws, below] = [0, 0];
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const drawn = all.filter((_, place) => (mask >> place) % 2 === 1);
    if (drawn.length !== first.length) continue;
    draws++;
    if (close(sum(drawn), sum(first))) below += 0.5;
    else if (sum(drawn) < sum(first)) below++;
  }
  return below / draws;
}

describe("permutationProbability", () => {
  it.each<[number[], number[]]>([
    [
      [0, 0, 0],
      [1, 1, 1, 1],
    ],
    [
      [1, 0, 0, 1, 0, 0, 0],
      [1, 1, 0, 1],
    ],
    [
      [0.25, 0.5, 1],
      [1, 0.75, 0.75, 0.5],
    ],
    [
      [0.35, 0.1, 0.6, 0.05],
      [0.3, 0.55, 0.65, 0.9, 0.2],
    ],
    [
      [1, 1],
      [0, 0, 0],
    ],
  ])("is exact for %j and %j", (first, second) => {
    expect(permutationProbability([{ first, second }])).toBeCloseTo(byEveryDraw(first, second), 10);
  });

  it("is 0.5 without a difference, and without data", () => {
    const same = { first: [1, 1, 1], second: [1, 1] };
    expect(permutationProbability([same])).toBeCloseTo(0.5);
    expect(permutationProbability([])).toBe(0.5);
    expect(permutationProbability([{ first: [1, 0], second: [] }])).toBe(0.5);
  });

  it("compares within a kind only", () => {
    // Each kind is answered alike; the first group was only asked more of the hard one.
    const easy = { first: [1], second: [1, 1, 1, 1, 1, 1] };
    const hard = { first: [0, 0, 0, 0, 0, 0], second: [0] };
    expect(permutationProbability([easy, hard])).toBeCloseTo(0.5);
    const mixed = { first: [1, 0, 0, 0, 0, 0, 0], second: [1, 1, 1, 1, 1, 1, 0] };
    expect(permutationProbability([mixed])).toBeLessThan(0.02);
  });

  it("adds up the evidence of several kinds", () => {
    const kind = { first: [0, 0, 1], second: [1, 1, 1, 0] };
    const one = permutationProbability([kind]);
    expect(permutationProbability([kind, kind, kind])).toBeLessThan(one);
    // Two kinds of one value each: below half both ways are four equally likely pairs.
    const pair = { first: [0], second: [1] };
    expect(permutationProbability([pair, pair])).toBeCloseTo(1 / 8);
  });

  it("is correct for the largest number of scores that memory gives", () => {
    const many = (share: number) =>
      Array.from({ length: 128 }, (_, place) => (((place * 37) % 100) / 100) * share);
    expect(permutationProbability([{ first: many(1), second: many(1) }])).toBeCloseTo(0.5, 6);
    expect(permutationProbability([{ first: many(0.7), second: many(1) }])).toBeLessThan(0.001);
  });
});
