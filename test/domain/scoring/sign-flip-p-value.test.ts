import { describe, expect, it } from "vitest";
import { signFlipPValue, toUnits } from "../../../src/domain/scoring/sign-flip-p-value.js";

const ofCounts = (wins: number, losses: number, ties = 0) =>
  signFlipPValue([
    ...Array.from({ length: wins }, () => 5040),
    ...Array.from({ length: losses }, () => -5040),
    ...Array.from({ length: ties }, () => 0),
  ]);

/** The definition itself: every way to flip the signs, one by one. */
function byEnumeration(units: readonly number[]): number {
  const observed = units.reduce((sum, value) => sum + value, 0);
  let higher = 0;
  for (let signs = 0; signs < 2 ** units.length; signs++) {
    const sum = units.reduce(
      (total, value, place) => total + ((signs >> place) & 1 ? value : -value),
      0,
    );
    higher += sum > observed ? 1 : sum === observed ? 0.5 : 0;
  }
  return higher / 2 ** units.length;
}

describe("signFlipPValue", () => {
  it.each([
    // McNemar's mid-p by hand: the upper tail of the binomial, its first term halved.
    [4, 0, 1 / 2 / 16],
    [5, 1, (1 + 6 / 2) / 64],
    [6, 2, (1 + 8 + 28 / 2) / 256],
    [7, 3, (1 + 10 + 45 + 120 / 2) / 1024],
    [1, 1, 0.5],
    [0, 3, 1 - 1 / 2 / 8],
  ])("is McNemar's mid-p for %i better and %i worse", (wins, losses, probability) => {
    expect(ofCounts(wins, losses)).toBeCloseTo(probability, 12);
    expect(ofCounts(wins, losses, 20)).toBeCloseTo(probability, 12);
  });

  it("equals the enumeration of all signs, with differences weighed by size", () => {
    for (const units of [
      [3, -1, 2, 2, -2, 1, 0, 4],
      [1260, 2520, -1260, 1260, 5040, -3780],
      [7, 11, 13, -17, 19, 23, -29, 31, 37, 41],
      [-5, -5, -5],
    ])
      expect(signFlipPValue(units)).toBeCloseTo(byEnumeration(units), 12);
  });

  it("is 0.5 when nothing changed", () => {
    expect(signFlipPValue([])).toBe(0.5);
    expect(signFlipPValue([0, 0])).toBe(0.5);
  });

  it("and its mirror add up to one", () => {
    const units = [3, 5, -4, 9, -1];
    expect(signFlipPValue(units) + signFlipPValue(units.map((value) => -value))).toBe(1);
  });
});

describe("toUnits", () => {
  it("keeps equal sums of fractions equal", () => {
    expect(3 * toUnits(1 / 12)).toBe(toUnits(0.25));
    expect(toUnits(0.1) + toUnits(0.2)).toBe(toUnits(0.3));
    expect(toUnits(2 / 3 - 1 / 3)).toBe(toUnits(1 / 3));
  });
});
