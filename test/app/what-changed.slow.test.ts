import { beforeAll, describe, expect, it } from "vitest";
import { histories } from "../support/changes/all-histories.js";
import {
  askHistory,
  meaningsOf,
  type Outcome,
  type Outcomes,
} from "../support/changes/ask-histories.js";
import { marks, rules, without } from "../support/changes/without-rules.js";
import { literalReader } from "../support/models/literal-reader.js";
import { ScriptedModel } from "../support/models/scripted-model.js";

const meanings = meaningsOf(histories);

/** Every call of the literal reader: two profiles, and two questions asked twice. */
async function askAll(sees?: (prompt: string) => string): Promise<Outcomes[]> {
  const { answer, describe: draw } = literalReader((text) => meanings.get(text) ?? null, sees);
  const outcomes: Outcomes[] = [];
  for (const history of histories)
    outcomes.push(
      await askHistory(history, new ScriptedModel([answer, answer, draw, draw, answer, answer])),
    );
  return outcomes;
}

const holding = (outcomes: readonly Outcome[]) => outcomes.filter(({ holds }) => holds).length;
const control = without([...marks, ...rules]);

describe("what changed, by a model that reads its prompt to the letter", () => {
  let [whole, blind]: Outcomes[][] = [[], []];
  beforeAll(async () => {
    whole = await askAll();
  });
  beforeAll(async () => {
    blind = await askAll(control.sees);
  });

  it("has at least 40 histories of at least eight kinds, in several languages", () => {
    expect(histories.length).toBeGreaterThanOrEqual(40);
    expect(new Set(histories.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(8);
    expect(new Set(histories.map(({ language }) => language)).size).toBeGreaterThanOrEqual(5);
  });

  describe.each(["recall", "profile"] as const)("from %s alone", (source) => {
    it("answers with what holds now in 38 of 40, and loses nothing that did not change", () => {
      const outcomes = (whole ?? []).map((each) => each[source]);
      expect(holding(outcomes) / outcomes.length).toBeGreaterThanOrEqual(38 / 40);
      expect(outcomes.filter(({ isLost }) => isLost)).toEqual([]);
    });

    it("does worse without the marks and the rules, so that it is they that tell", () => {
      const outcomes = (blind ?? []).map((each) => each[source]);
      expect(holding(outcomes) / outcomes.length).toBeLessThan(0.8);
    });
  });

  it("takes out every mark and rule that it means to take out", () => {
    expect(control.used.size).toBe(marks.length + rules.length);
  });
});
