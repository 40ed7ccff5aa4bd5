import { describe, expect, it } from "vitest";
import { acceptanceDecisionSchema } from "../../../src/domain/alignment/acceptance.js";
import {
  type CandidateCounts,
  effectNodes,
  learnPrior,
  posteriorOf,
  startingPrior,
} from "../../../src/domain/alignment/effect-prior.js";
import {
  type BenefitEvidence,
  benefitRuleAfter,
  decideByBenefit,
  defaultBenefitRule,
  type WeightedScores,
} from "../../../src/domain/alignment/expected-benefit.js";
import { createRandom } from "../../../src/system/seeded-random.js";

/** Held-out items of which so many got better, got worse and stayed, each by `size` of the score. */
function items(gained: number, lost: number, same: number, size = 1): WeightedScores[] {
  const pairs = [
    ...Array.from({ length: gained }, () => [0, size] as const),
    ...Array.from({ length: lost }, () => [size, 0] as const),
    ...Array.from({ length: same }, () => [1, 1] as const),
  ];
  return pairs.map(([parent, candidate], place) => ({
    item: `h${place}`,
    parent: [parent],
    candidate: [candidate],
  }));
}

const judged = (holdout: readonly WeightedScores[], change: Partial<BenefitEvidence> = {}) =>
  decideByBenefit({ batch: [], holdout, remaining: 0, ...change });

const effectOf = (prior: readonly number[], holds: (effect: number) => boolean) =>
  effectNodes.reduce((sum, { effect }, node) => sum + (holds(effect) ? (prior[node] ?? 0) : 0), 0);

describe("decideByBenefit", () => {
  it("keeps every number of the decision, as it is stored", () => {
    const decision = judged(items(6, 1, 25));
    expect(decision).toMatchObject({
      accepted: true,
      outcome: "better",
      counts: { gained: 6, lost: 1, items: 32 },
      holdout: { wins: 6, losses: 1, items: 32 },
      rule: defaultBenefitRule,
    });
    expect(decision.reason).toMatch(
      /^Better: expected gain \+[\d.]+ points \(90 % between \S+ and \+[\d.]+\), chance of real harm [\d.]+ %, on 32 held-out items\.$/,
    );
    const stored: unknown = JSON.parse(JSON.stringify(decision));
    expect(acceptanceDecisionSchema.parse(stored)).toEqual(decision);
  });

  it("goes on reading decisions of the strict rule", () => {
    const comparison = {
      items: 8,
      parentMean: 0.5,
      candidateMean: 0.5,
      difference: 0,
      wins: 0,
      ties: 8,
      losses: 0,
      pValue: 0.5,
    };
    const old = {
      accepted: false,
      outcome: "below-margin",
      reason: "Not better by enough.",
      batch: comparison,
      holdout: comparison,
      rule: { minNetWins: 4, minimumItems: 8, significanceLevel: 0.1 },
      appliedLevel: 0.1,
    };
    expect(acceptanceDecisionSchema.parse(old)).toEqual(old);
  });

  it("expects more of each item that got better, and less of each that got worse", () => {
    const gains = [0, 1, 2, 4, 8].map((count) => judged(items(count, 2, 30 - count)));
    const losses = [0, 1, 2, 4, 8].map((count) => judged(items(2, count, 30 - count)));
    const rising = (values: readonly number[]) =>
      values.every((v, at) => at === 0 || v > (values[at - 1] ?? 0));
    expect(rising(gains.map(({ expectedGain }) => expectedGain))).toBe(true);
    expect(rising(gains.map(({ harmProbability }) => -harmProbability))).toBe(true);
    expect(rising(losses.map(({ expectedGain }) => -expectedGain))).toBe(true);
    expect(rising(losses.map(({ harmProbability }) => harmProbability))).toBe(true);
  });

  it("expects what the prior does while nothing was asked, and never decides on that", () => {
    const decision = judged([], { remaining: 32 });
    const mean = effectNodes.reduce(
      (sum, { effect }, node) => sum + effect * (startingPrior[node] ?? 0),
      0,
    );
    expect(decision.expectedGain).toBeCloseTo(mean, 10);
    expect(decision.outcome).toBe("undecided");
    expect(judged(items(7, 0, 0), { remaining: 1 }).outcome).toBe("undecided");
    expect(judged(items(7, 0, 0)).outcome).toBe("too-few-items");
  });

  it("stops at a clear case, asks on at an unclear one, and keeps the parent at the end", () => {
    expect(judged(items(4, 0, 4), { remaining: 24 }).outcome).toBe("better");
    expect(judged(items(0, 3, 5), { remaining: 24 }).outcome).toBe("no-benefit");
    expect(judged(items(1, 0, 7), { remaining: 24 }).outcome).toBe("undecided");
    expect(judged(items(0, 0, 32)).outcome).toBe("no-benefit");
    expect(judged(items(6, 4, 22)).outcome).toBe("harm-possible");
    for (let gained = 0; gained <= 16; gained++)
      for (let lost = 0; gained + lost <= 16; lost++)
        expect(judged(items(gained, lost, 16 - gained - lost)).outcome).not.toBe("undecided");
  });

  it("asks the parent too only for a candidate that is worth it", () => {
    const even = items(0, 0, 32);
    const promising = items(3, 1, 28);
    const outcome = (holdout: WeightedScores[], callsPerItem: 1 | 2) =>
      judged(holdout, { remaining: 24, callsPerItem }).outcome;
    expect([outcome(even, 1), outcome(even, 2)]).toEqual(["undecided", "no-benefit"]);
    expect([outcome(promising, 1), outcome(promising, 2)]).toEqual(["undecided", "undecided"]);
  });

  it("rejects what is worse on its own batch, whatever the holdout says", () => {
    const batch = items(0, 1, 7).map((pair) => ({ ...pair, item: `b-${pair.item}` }));
    expect(judged(items(20, 0, 12), { batch }).outcome).toBe("worse-on-batch");
  });

  it("counts graded scores by what they are worth together", () => {
    // A gain of a quarter on four times as many items is as much as a whole one, and better known.
    const graded = judged(items(8, 0, 24, 0.25));
    const whole = judged(items(2, 0, 30));
    expect(graded.counts).toEqual({ gained: 8, lost: 0, items: 128 });
    expect(graded.harmProbability).toBeLessThan(whole.harmProbability);
    expect(graded.gainInterval[1] - graded.gainInterval[0]).toBeLessThan(
      whole.gainInterval[1] - whole.gainInterval[0],
    );
    // Items of one size count the same whichever size it is, but for what they are worth.
    for (const size of [0.25, 0.5, 1])
      expect(judged(items(5, 2, 25, size)).counts).toEqual({
        gained: 5,
        lost: 2,
        items: 32 / size,
      });
  });

  it("counts an item by its weight", () => {
    const weighted = items(4, 2, 26).map((pair, place) => ({
      ...pair,
      weight: place < 4 ? 0.5 : 1,
    }));
    const fewer = judged(weighted);
    expect(fewer.expectedGain).toBeLessThan(judged(items(4, 2, 26)).expectedGain);
    const all = items(4, 2, 26).map((pair) => ({ ...pair, weight: 1 }));
    expect(judged(all)).toEqual(judged(items(4, 2, 26)));
  });

  it.each([
    [{ remaining: -1 }, "-1 items remain"],
    [{ holdout: [{ item: "a", parent: [1], candidate: [1], weight: 0 }] }, "the weight 0"],
    [{ holdout: [{ item: "a", parent: [1], candidate: [2] }] }, "[2]"],
  ])("refuses the evidence %j", (change, message) => {
    const evidence = { batch: [], holdout: [], remaining: 0, ...change };
    expect(() => decideByBenefit(evidence)).toThrow(
      expect.objectContaining({ code: "config-invalid" }),
    );
    expect(() => decideByBenefit(evidence)).toThrow(message);
  });

  it("allows a little more harm once the prior is the deployment's own", () => {
    expect(benefitRuleAfter(0)).toEqual(defaultBenefitRule);
    const limits = [0, 10, 30, 500].map((count) => benefitRuleAfter(count).harmLimit);
    expect(limits.map((limit) => Number(limit.toFixed(4)))).toEqual([0.07, 0.0783, 0.095, 0.095]);
    const { earlyHarmLimit } = defaultBenefitRule;
    expect(benefitRuleAfter(30).earlyHarmLimit).toBe(earlyHarmLimit);
  });

  it("refuses a prior of another size, and a rule out of range", () => {
    const evidence = { batch: [], holdout: [], remaining: 0 };
    expect(() => decideByBenefit(evidence, { prior: [1] })).toThrow("The prior has 1 weights");
    const rule = { ...defaultBenefitRule, harmLimit: 2 };
    expect(() => decideByBenefit(evidence, { rule })).toThrow("harmLimit");
  });
});

describe("learnPrior", () => {
  /** Counts of candidates of a planted mix: by effect, how many of 100. Churn is 3 %. */
  function planted(
    mix: Readonly<Record<string, number>>,
    count: number,
    asked: number,
  ): CandidateCounts[] {
    const random = createRandom(23);
    const kinds = Object.entries(mix).flatMap(([points, share]) =>
      Array.from({ length: share }, () => Number(points) / 100),
    );
    return Array.from({ length: count }, () => {
      const effect = kinds[Math.floor(random() * kinds.length)] ?? 0;
      let [gained, lost] = [0, 0];
      for (let item = 0; item < asked; item++) {
        const drawn = random();
        if (drawn < 0.03 + Math.max(effect, 0)) gained++;
        else if (drawn < 0.06 + Math.abs(effect)) lost++;
      }
      return { gained, lost, items: asked };
    });
  }

  it("is the starting prior while nothing was judged", () => {
    expect(learnPrior([])).toEqual(startingPrior);
    expect(
      posteriorOf({ gained: 0, lost: 0, items: 0 }, startingPrior).map((x) => x.toFixed(12)),
    ).toEqual(startingPrior.map((x) => x.toFixed(12)));
  });

  it("comes to a planted mix", () => {
    const learned = learnPrior(planted({ "-10": 25, 0: 50, 20: 25 }, 200, 120));
    expect(learned.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    expect(effectOf(learned, (effect) => effect <= -0.05)).toBeCloseTo(0.25, 1);
    expect(effectOf(learned, (effect) => Math.abs(effect) <= 0.03)).toBeCloseTo(0.5, 1);
    expect(effectOf(learned, (effect) => effect >= 0.1)).toBeCloseTo(0.25, 1);
    const churn = effectNodes.reduce((sum, node, at) => sum + node.churn * (learned[at] ?? 0), 0);
    expect(churn).toBeCloseTo(0.03, 2);
  });

  it("takes more of the same evidence where candidates were good, and less where they did harm", () => {
    const evidence = { batch: [], holdout: items(3, 1, 28), remaining: 0 };
    const after = (mix: Readonly<Record<string, number>>) =>
      decideByBenefit(evidence, { prior: learnPrior(planted(mix, 30, 32)) });
    const before = decideByBenefit(evidence);
    expect([
      before.accepted,
      after({ 5: 100 }).accepted,
      after({ "-5": 50, 0: 50 }).accepted,
    ]).toEqual([false, true, false]);
    expect(after({ "-5": 50, 0: 50 }).expectedGain).toBeLessThan(before.expectedGain);
  });
});
