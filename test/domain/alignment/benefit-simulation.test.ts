import { describe, expect, it } from "vitest";
import {
  anyNetWin,
  benefitRule,
  labelledItems,
  learnedPrior,
  mixes,
  simulateUsers,
  strictRule,
} from "../../../bench/simulated-users.js";

/** A short form of `bench/expected-benefit.ts`: record 23 has all of it. */
describe("acceptance by expected benefit, simulated", () => {
  const starting = benefitRule();
  const usual = { mix: mixes["a usual mix"], churn: 0.03, labelled: 96, users: 250 };
  const small = { ...usual, mix: mixes["all worth +2.5"] };
  const hostile = { ...usual, mix: mixes.hostile };

  /** The rules of ten deployments that have judged thirty candidates of this kind. */
  const rulesAfter30 = (kind: Pick<typeof usual, "mix" | "churn">) =>
    Array.from({ length: 10 }, (_, place) =>
      benefitRule(learnedPrior(kind, 30, 7_000 + place), 30),
    );

  it("realises more than the strict rule, for nearly no harm", () => {
    const before = simulateUsers(() => strictRule, usual);
    const now = simulateUsers(() => starting, usual);
    expect(now.realised).toBeGreaterThan(0.6);
    expect(now.realised).toBeGreaterThan(before.realised + 0.1);
    expect(now.worse).toBeLessThan(0.02);
    expect(simulateUsers(() => starting, small).realised).toBeGreaterThan(0.27);
    expect(simulateUsers(() => strictRule, small).realised).toBeLessThan(0.1);
  });

  it("realises more of small gains once it has seen that candidates are good", () => {
    const learned = rulesAfter30(small);
    const realised = (ruleOf: (user: number) => typeof starting) =>
      labelledItems
        .map((labelled) => simulateUsers(ruleOf, { ...small, labelled, users: 40 }).realised)
        .reduce((sum, share) => sum + share / labelledItems.length, 0);
    const before = realised(() => starting);
    // On average over many deployments .56: a learned prior varies.
    expect(realised((user) => learned[user % learned.length] ?? starting)).toBeGreaterThan(0.5);
    expect(before).toBeLessThan(0.25);
  });

  it("does little harm where most candidates are bad, before and after", () => {
    const learned = rulesAfter30(hostile);
    for (const rules of [[starting], learned]) {
      const ruleOf = (user: number) => rules[user % rules.length] ?? starting;
      const { harm, gain, worse } = simulateUsers(ruleOf, hostile);
      expect(harm).toBeLessThan(0.06);
      expect(gain).toBeGreaterThan(0);
      expect(worse).toBeLessThan(0.03);
    }
    expect(simulateUsers(() => anyNetWin, hostile).harm).toBeGreaterThan(0.06);
  });
});
