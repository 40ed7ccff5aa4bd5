import { describe, expect, it } from "vitest";
import { labelledItems } from "../../../src/domain/alignment/labelled-items.js";
import {
  areEnough,
  batchSize,
  fewestAnswers,
  splitByScore,
} from "../../../src/domain/alignment/split-batch-holdout.js";
import { turnAt } from "../../support/users/episodes.js";

/** So many items, of which the last were answered wrongly. */
function answered(right: number, wrong: number) {
  const history = Array.from({ length: right + wrong }, (_, n) =>
    turnAt(n, `question ${n}`, { groundTruth: `answer ${n}` }),
  );
  return labelledItems(history, history.length).map((item, n) => ({
    item,
    score: n < right ? 1 : 0,
  }));
}

describe("splitByScore", () => {
  const isWrong = (items: readonly { readonly query: string }[], right: number) =>
    items.filter(({ query }) => Number(query.split(" ")[1]) >= right).length;

  it.each([
    // Right and wrong ones of all; of the batch of 8 the wrong ones.
    [32, 8, 4],
    [24, 16, 4],
    [39, 1, 1],
    [40, 0, 0],
    [0, 40, 8],
    [2, 38, 6],
    [1, 11, 7],
  ])("of %i right and %i wrong answers, %i of the batch are wrong", (right, wrong, expected) => {
    const { batch, holdout } = splitByScore(answered(right, wrong), 8, "seed");
    expect(isWrong(batch, right)).toBe(expected);
    expect(batch).toHaveLength(8);
    const all = [...batch, ...holdout].map(({ episodeId }) => episodeId);
    expect(new Set(all).size).toBe(right + wrong);
    const ids = batch.map(({ episodeId }) => episodeId);
    expect(ids).toEqual(ids.toSorted());
  });

  it.each([
    [32, 8],
    [24, 16],
    [37, 3],
  ])(
    "weighs the holdout so that its share of %i right to %i wrong is all items'",
    (right, wrong) => {
      const { holdout } = splitByScore(answered(right, wrong), 8, "seed");
      const weightOf = (items: typeof holdout) =>
        items.reduce((sum, { weight }) => sum + weight, 0);
      const wrongOnes = holdout.filter((item) => isWrong([item], right) === 1);
      expect(weightOf(wrongOnes) / weightOf(holdout)).toBeCloseTo(wrong / (right + wrong), 10);
      expect(weightOf(holdout)).toBeCloseTo(holdout.length, 10);
    },
  );

  it("spreads the wrong ones evenly over the order in which the holdout is asked", () => {
    const { holdout } = splitByScore(answered(24, 16), 8, "seed");
    const groups = [0, 8, 16, 24].map((start) => isWrong(holdout.slice(start, start + 8), 24));
    expect(Math.max(...groups) - Math.min(...groups)).toBeLessThanOrEqual(1);
  });

  it("draws the same for the same items and seed, and otherwise for others", () => {
    const items = answered(24, 16);
    const batchOf = (seed: string) => splitByScore(items, 8, seed).batch;
    expect(batchOf("a")).toEqual(batchOf("a"));
    expect(batchOf("a")).not.toEqual(batchOf("b"));
  });

  it("takes neither always the latest nor always the earliest", () => {
    const seeds = Array.from({ length: 200 }, (_, n) => `seed ${n}`);
    const counts = new Map<string, number>();
    for (const seed of seeds)
      for (const { query } of splitByScore(answered(24, 16), 8, seed).batch)
        counts.set(query, (counts.get(query) ?? 0) + 1);
    // Four of sixteen wrong ones, and four of 24 right ones, each equally likely.
    const [rarest = 0] = [...counts.values()].toSorted((a, b) => a - b);
    expect(counts.size).toBe(40);
    expect(rarest).toBeGreaterThan(3);
    expect(Math.max(...counts.values())).toBeLessThan(120);
  });
});

describe("batchSize", () => {
  it.each([
    [0, 0],
    [2, 2],
    [3, 3],
    [10, 3],
    [11, 3],
    [14, 4],
    [20, 5],
    [39, 8],
    [40, 8],
    [90, 8],
  ])("is of %i items %i", (items, expected) => {
    expect(batchSize(items, { batch: 8, holdout: 32 })).toBe(expected);
  });

  it.each([
    [{ batch: 3, holdout: 0 }, 3],
    [{ batch: 2, holdout: 8 }, 2],
    [{ batch: 16, holdout: 0 }, 10],
    [{ batch: 16, holdout: 2 }, 8],
  ])("of 10 items leaves none out that %o has room for: %i", (sizes, expected) => {
    expect(batchSize(10, sizes)).toBe(expected);
  });
});

describe("fewestAnswers", () => {
  it.each([
    [{ batch: 8, holdout: 32 }, 8, 11],
    [{ batch: 8, holdout: 32 }, 13, 17],
    [{ batch: 1, holdout: 32 }, 8, 9],
    [{ batch: 8, holdout: 8 }, 8, 11],
  ])(
    "with %j and %i to judge by is %i, and one less holds out too few",
    (sizes, minimumItems, answers) => {
      expect(fewestAnswers(sizes, minimumItems)).toBe(answers);
      const config = { validation: true, minimumItems };
      expect(areEnough(answers, sizes, config)).toBe(true);
      expect(areEnough(answers - 1, sizes, config)).toBe(false);
    },
  );

  it("is null where the holdout is always too small", () => {
    expect(fewestAnswers({ batch: 8, holdout: 7 }, 8)).toBeNull();
  });
});
