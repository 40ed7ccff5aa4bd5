import { describe, expect, it } from "vitest";
import { askedQuestion } from "../../src/domain/asked-question.js";
import { lampQuestion, lampSubject, parseQuestion } from "../../src/domain/lamp-question.js";
import { scorerFor } from "../../src/domain/scoring/scorer.js";
import { answerOptionsSchema, answerScaleSchema } from "../../src/domain/stated-answers.js";
import { duplicateKeys } from "../../src/domain/alignment/alignment-item.js";

const query = "What do I pick?";

describe("what is stated of a question's answers", () => {
  it.each([
    [["tea", "coffee"]],
    [["tea, green", "tea, black"]],
    [["Inc.", "Ltd."]],
    [["1", "2", "10"]],
    [["- a", "b: c", "(d)", "e|f", "喜剧"]],
  ])("stands in the question and is read back: %j", (options) => {
    expect(answerOptionsSchema.parse(options)).toEqual(options);
    const asked = askedQuestion({ query, options });
    for (const option of options) expect(asked).toContain(option);
    expect(parseQuestion(asked)).toEqual({ task: null, subject: query, options, scale: null });
    for (const option of options) expect(scorerFor(asked, option).score(option)).toBe(1);
    expect(scorerFor(asked, "something else").kind).toBe("text");
  });

  it.each([
    [1, 5],
    [0.5, 5],
    [-3, 3],
    [0, 100],
  ])("is a scale from %d to %d, read back", (least, greatest) => {
    const scale = answerScaleSchema.parse({ least, greatest });
    const asked = askedQuestion({ query, scale });
    expect(asked).toBe(`${query}\nAnswer with a number from ${least} to ${greatest}.`);
    expect(parseQuestion(asked)).toEqual({ task: null, subject: query, options: null, scale });
    expect(scorerFor(asked, String(greatest)).score(String(least))).toBe(0);
    expect(scorerFor(asked, String(greatest + 1)).kind).toBe("text");
  });

  it("is not said again where the question says it", () => {
    const scale = { least: 1, greatest: 5 };
    const options = ["tea", "coffee"];
    const said = [
      { query: "How many stars from 1 to 5?", scale },
      { query: "Tea or coffee?", options },
      { query: lampQuestion("LaMP_3", "Fine."), scale },
      { query },
    ];
    for (const question of said) expect(askedQuestion(question)).toBe(question.query);
    const another = { query: "How many stars from 1 to 5?", scale: { least: 1, greatest: 10 } };
    expect(askedQuestion(another)).toContain("from 1 to 10.");
    expect(askedQuestion({ query: "Tea or coffee?", options: [...options, "gin"] })).toContain(
      "gin",
    );
  });

  it("makes no other question of it", () => {
    const asked = askedQuestion({ query, options: ["tea", "coffee"] });
    expect(lampSubject(asked)).toBe(query);
    const answered = { response: null, groundTruth: "tea" };
    const keys = duplicateKeys({ query, ...answered });
    expect(duplicateKeys({ query: asked, ...answered })).toEqual(expect.arrayContaining(keys));
  });

  it.each([
    [["tea"]],
    [["tea", "tea"]],
    [["tea", ""]],
    [["tea", " coffee"]],
    [["tea", "cof\nfee"]],
    [["tea", "x".repeat(201)]],
  ])("is no list of options: %j", (options) => {
    expect(answerOptionsSchema.safeParse(options).success).toBe(false);
  });

  it("is no scale without two different plain numbers", () => {
    for (const [least, greatest] of [
      [5, 1],
      [1, 1],
      [0, Number.POSITIVE_INFINITY],
      [1e-9, 1],
    ])
      expect(answerScaleSchema.safeParse({ least, greatest }).success).toBe(false);
  });
});
