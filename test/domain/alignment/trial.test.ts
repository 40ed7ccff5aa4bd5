import { describe, expect, it } from "vitest";
import { tryVersion } from "../../../src/domain/alignment/trial.js";
import { learnPrior } from "../../../src/domain/alignment/effect-prior.js";
import { initialPersona } from "../../../src/domain/persona/persona-checkpoint.js";

const head = { ...initialPersona, id: "1", version: 1 };
/** As a version is accepted: two of 32 held-out items gained, none lost. */
const counts = { gained: 2, lost: 0, items: 32 };
const pairs = (count: number, parent: number, candidate: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ episodeId: `${from + n}`, parent, candidate }));
const outcomeOf = (...scores: ReturnType<typeof pairs>[]) =>
  tryVersion({ head, counts, scores: [] }, scores.flat(), learnPrior([])).outcome;

describe("a version on trial", () => {
  it.each([
    ["stays on trial where both answer alike", [pairs(4, 1, 1)], "on-trial"],
    ["is taken back after a few losses", [pairs(3, 1, 0)], "taken-back"],
    ["is confirmed after a few gains", [pairs(6, 0, 1)], "confirmed"],
    [
      "is confirmed after forty questions, if more is expected than lost",
      [pairs(40, 1, 1)],
      "confirmed",
    ],
    ["is taken back after forty, if not", [pairs(36, 1, 1), pairs(4, 1, 0, 50)], "taken-back"],
  ] as const)("%s", (_what, scores, outcome) => expect(outcomeOf(...scores)).toBe(outcome));

  it("counts what earlier runs have found", () => {
    const scores = pairs(2, 1, 0);
    const later = tryVersion({ head, counts, scores }, pairs(1, 1, 0, 10));
    const atOnce = tryVersion({ head, counts, scores: [] }, [...scores, ...pairs(1, 1, 0, 10)]);
    expect(later).toEqual({ ...atOnce, scores: pairs(1, 1, 0, 10) });
  });
});
