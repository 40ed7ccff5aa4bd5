import { describe, expect, it } from "vitest";
import {
  bootstrapByUser,
  pairedGain,
  type Statistic,
} from "../../../src/eval/metrics/bootstrap.js";
import { metricsFor } from "../../../src/eval/metrics/metrics.js";
import { createRandom } from "../../../src/system/seeded-random.js";

const mean: Statistic<{ readonly value: number }> = {
  sums: (items) => [items.reduce((sum, { value }) => sum + value, 0), items.length],
  ofSums: ([sum = 0, count = 0]) => sum / count,
};

/** As many users as there are lists, each with these values. */
const ofUsers = (lists: readonly (readonly number[])[]) =>
  lists.flatMap((values, user) => values.map((value) => ({ user: `u${user}`, value })));

const width = ({ low, high }: ReturnType<typeof bootstrapByUser>) =>
  low === null || high === null ? Number.NaN : high - low;

describe("bootstrapByUser", () => {
  const items = ofUsers(Array.from({ length: 40 }, (_, user) => [user % 2, user % 2, user % 2]));

  it("gives the same numbers for the same seed, and others for another", () => {
    const first = bootstrapByUser(items, mean, { seed: 1, resamples: 200 });
    expect(bootstrapByUser(items, mean, { seed: 1, resamples: 200 })).toEqual(first);
    expect(bootstrapByUser(items, mean, { seed: 2, resamples: 200 })).not.toEqual(first);
  });

  it("gives an interval as wide as chance over users, not over questions", () => {
    // 40 users, half 0 and half 1: standard error 0.5 / sqrt(40) = 0.079, so 95 % are 2 x 1.96 x 0.079 = 0.31 wide.
    // Over the 120 questions it would be 0.18.
    const estimate = bootstrapByUser(items, mean, { seed: 1 });
    expect(estimate.value).toBe(0.5);
    expect(width(estimate)).toBeGreaterThan(0.26);
    expect(width(estimate)).toBeLessThan(0.36);
  });

  it("gives the exact ends where all resamples can be listed", () => {
    // Two users, 0 and 1: the mean is 0, 1/2 or 1 with 1/4, 1/2, 1/4, so half of the resamples lie at 1/2.
    const two = ofUsers([[0], [1]]);
    const estimate = (level: number) => bootstrapByUser(two, mean, { seed: 3, level });
    expect(estimate(0.95)).toMatchObject({ low: 0, high: 1 });
    expect(estimate(0.4)).toMatchObject({ low: 0.5, high: 0.5 });
  });

  it("gives intervals that hold the true mean about as often as their level says", () => {
    // 200 sets of 30 users whose true mean is 0.5; 95 % would be 190, and the percentile interval runs a little short.
    const random = createRandom(9);
    const held = Array.from({ length: 200 }, (_, seed) => {
      const drawn = ofUsers(Array.from({ length: 30 }, () => [random()]));
      const { low, high } = bootstrapByUser(drawn, mean, { seed, resamples: 300 });
      return low !== null && high !== null && low <= 0.5 && high >= 0.5;
    }).filter(Boolean).length;
    expect(held).toBeGreaterThanOrEqual(176);
    expect(held).toBeLessThan(200);
  });

  it("gives no interval for one user", () => {
    expect(bootstrapByUser(ofUsers([[1, 0]]), mean, { seed: 1 })).toEqual({
      value: 0.5,
      low: null,
      high: null,
    });
  });
});

describe("pairedGain", () => {
  const [accuracy] = metricsFor("LaMP_1");
  const [mae, rmse = mae] = metricsFor("LaMP_3");
  const ratings = [
    { user: "a", gold: "3", base: "5", other: "3" },
    { user: "b", gold: "4", base: "4", other: "3" },
  ];

  it("is positive where the other method is better, for shares and for errors", () => {
    const choices = [
      { user: "a", gold: "[1]", base: "[2]", other: "[1]" },
      { user: "b", gold: "[2]", base: "[2]", other: "[2]" },
    ];
    expect(pairedGain(choices, accuracy, { seed: 1 }).value).toBe(0.5);
    // Base is off by 2 and 0, other by 0 and 1: MAE 1 against 0.5, RMSE sqrt(4/2) against sqrt(1/2).
    expect(pairedGain(ratings, mae, { seed: 1 }).value).toBe(0.5);
    expect(pairedGain(ratings, rmse, { seed: 1 }).value).toBeCloseTo(Math.SQRT2 - Math.SQRT1_2, 12);
  });

  it("reverses its sign and its interval when the methods change places", () => {
    const turned = ratings.map(({ base, other, ...rest }) => ({
      ...rest,
      base: other,
      other: base,
    }));
    const { value, low, high } = pairedGain(ratings, mae, { seed: 1 });
    const back = pairedGain(turned, mae, { seed: 1 });
    expect(back).toEqual({ value: -value, low: -(high ?? 0), high: -(low ?? 0) });
  });

  it("is 0 with an interval of 0 for a method against itself", () => {
    const same = ratings.map((item) => ({ ...item, other: item.base }));
    expect(pairedGain(same, rmse, { seed: 1 })).toEqual({ value: 0, low: 0, high: 0 });
  });

  it("has a narrower interval than each method alone, because both share their users", () => {
    // Ten users whose gold is 1 to 5 in turn: each method's error depends on the user, their difference does not.
    const items = Array.from({ length: 10 }, (_, user) => ({
      user: `u${user}`,
      gold: String((user % 5) + 1),
      base: "9",
      other: "8",
    }));
    expect(pairedGain(items, mae, { seed: 1 })).toEqual({ value: 1, low: 1, high: 1 });
    const alone = bootstrapByUser(
      items.map((item) => ({ ...item, prediction: item.base })),
      mae,
      { seed: 1 },
    );
    expect(width(alone)).toBeGreaterThan(1);
  });
});
