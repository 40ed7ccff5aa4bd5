import { describe, expect, it } from "vitest";
import {
  isOpen,
  judgedScores,
  judgementOf,
  needJudge,
} from "../../../src/domain/alignment/judgement.js";
import { compareScores } from "../../../src/domain/alignment/paired-comparison.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";

describe("a judgement", () => {
  it.each([
    // The parent's reply is A in the first order, and B in the second.
    ["a", "b", "parent", true],
    ["b", "a", "candidate", true],
    ["tie", "tie", "neither", true],
    ["a", "a", "neither", false],
    ["b", "b", "neither", false],
    ["a", "tie", "neither", false],
    ["tie", "a", "neither", false],
    ["b", "tie", "neither", false],
  ] as const)("of %s and then %s prefers %s", (first, second, preferred, ordersAgree) => {
    expect(judgementOf(first, second)).toEqual({ preferred, ordersAgree });
  });

  it("counts as a win, a loss or a tie", () => {
    const pairs = (["candidate", "parent", "neither", "candidate"] as const).map((preferred, n) => {
      const { parent, candidate } = judgedScores[preferred];
      return { item: `e${n}`, parent: [parent], candidate: [candidate] };
    });
    expect(compareScores(pairs)).toMatchObject({
      wins: 2,
      losses: 1,
      ties: 1,
      parentMean: 0.375,
      candidateMean: 0.625,
    });
  });
});

describe("an open item", () => {
  const item = (query: string, groundTruth: string, task: string | null = null) => ({
    query,
    groundTruth,
    task,
  });

  it("asks for free text and is of no benchmark", () => {
    expect(isOpen(item("What shall I cook?", "Lentils again."))).toBe(true);
    expect(isOpen(item("Write a headline.", "Rain on Monday", "LaMP_4"))).toBe(false);
    expect(isOpen(item(lampQuestion("LaMP_3", "Good."), "4"))).toBe(false);
    expect(isOpen(item(lampQuestion("LaMP_2M", "A heist."), "action"))).toBe(false);
  });
});

describe("two answers", () => {
  const said = (text: string, score = 0.2) => ({ text, score });

  it("need a judge where they differ and neither is the true answer", () => {
    expect(needJudge(said("Lentils."), said("Soup."))).toBe(true);
    expect(needJudge(said("Lentils."), said("Lentils."))).toBe(false);
    expect(needJudge(said("Lentils again.", 1), said("Soup."))).toBe(false);
    expect(needJudge(said("Soup."), said("Lentils again.", 1))).toBe(false);
  });
});
