import { describe, expect, it } from "vitest";
import {
  anyNetWin,
  benefitRule,
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
    const learned = benefitRule(learnedPrior(small, 30, 7_000));
    const before = simulateUsers(() => starting, small);
    const after = simulateUsers(() => learned, small);
    expect(after.realised).toBeGreaterThan(before.realised + 0.1);
  });

  it("does little harm where most candidates are bad, before and after", () => {
    const learned = benefitRule(learnedPrior(hostile, 30, 7_000));
    for (const rule of [starting, learned]) {
      const { harm, gain, worse } = simulateUsers(() => rule, hostile);
      expect(harm).toBeLessThan(0.06);
      expect(gain).toBeGreaterThan(0);
      expect(worse).toBeLessThan(0.03);
    }
    expect(simulateUsers(() => anyNetWin, hostile).harm).toBeGreaterThan(0.06);
  });
});
