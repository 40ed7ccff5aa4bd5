import { describe, expect, it } from "vitest";
import { decideAcceptance } from "../../../src/domain/alignment/acceptance.js";
import { decideByBenefit } from "../../../src/domain/alignment/expected-benefit.js";
import { type Contender, rankContenders, stillRacing } from "../../../src/domain/alignment/race.js";

/** A candidate that betters and worsens so many of 8 held-out items, with more to ask. */
function contender(key: string, better: number, worse: number, remaining = 24): Contender {
  const holdout = Array.from({ length: 8 }, (_, n) => ({
    item: `${n}`,
    parent: [n < better ? 0 : 1],
    candidate: [n >= better && n < better + worse ? 0 : 1],
  }));
  const decision = decideByBenefit({ batch: [], holdout, remaining });
  return { key, decision, isOpen: decision.outcome === "undecided" };
}

const keysOf = (contenders: readonly Contender[]) => contenders.map(({ key }) => key);

describe("stillRacing", () => {
  const even = contender("even", 0, 0);
  const good = contender("good", 1, 0);
  const bad = contender("bad", 0, 4);

  it("asks all that are open after the batch, and the better half of them after a group", () => {
    expect(even.isOpen && good.isOpen).toBe(true);
    expect(stillRacing([even, good], 0).toSorted()).toEqual(["even", "good"]);
    expect(stillRacing([even, good], 1)).toEqual(["good"]);
    expect(stillRacing([even, good, contender("fair", 1, 0)], 1)).toEqual(["good", "fair"]);
    expect(stillRacing([even], 3)).toEqual(["even"]);
  });

  it("asks none that is decided on", () => {
    expect(bad.isOpen).toBe(false);
    expect(stillRacing([bad, even], 1)).toEqual(["even"]);
    expect(stillRacing([bad], 1)).toEqual([]);
    expect(stillRacing([], 0)).toEqual([]);
  });

  it("ends when the best one is taken, whatever others may yet become", () => {
    const taken = contender("taken", 8, 0);
    expect(taken.decision?.accepted).toBe(true);
    expect(stillRacing([even, taken], 1)).toEqual([]);
  });
});

describe("rankContenders", () => {
  it("puts those taken first, then the open ones by what they promise, then the others", () => {
    const last = contender("last", 1, 0, 0);
    const ranked = [contender("bad", 0, 4), contender("even", 0, 0), contender("taken", 6, 0)];
    expect(keysOf(rankContenders([...ranked, contender("good", 1, 0)]))).toEqual([
      "taken",
      "good",
      "even",
      "bad",
    ]);
    expect(last.isOpen).toBe(false);
  });

  it("ranks by the difference on held-out items under the strict rule, or else on the batch", () => {
    const strict = (key: string, onBatch: number, onHoldout: number | null): Contender => ({
      key,
      isOpen: false,
      decision: decideAcceptance({
        batch: [{ item: "b", parent: [0], candidate: [onBatch] }],
        holdout:
          onHoldout === null ? [] : [{ item: "h", parent: [0.5], candidate: [0.5 + onHoldout] }],
      }),
    });
    const ranked = [strict("batch", 1, null), strict("worse", 1, -0.5), strict("better", 0, 0.5)];
    expect(keysOf(rankContenders(ranked))).toEqual(["better", "worse", "batch"]);
  });
});
