import { describe, expect, it } from "vitest";
import {
  reciprocalRankFusion,
  rankByWords,
} from "../../../src/memory/search/reciprocal-rank-fusion.js";
import { lookupWords, rankingWords, queryTerms } from "../../../src/memory/search/query-terms.js";

describe("words", () => {
  it("are letters and digits of any script, folded", () => {
    expect(queryTerms("Crème brûlée, don't! x86-64\tНовости")).toEqual([
      "crème",
      "brûlée",
      "don",
      "t",
      "x86",
      "64",
      "новости",
    ]);
    expect(queryTerms("Cre\u0300me")).toEqual(queryTerms("crème"));
    expect(queryTerms("東京の天気")).toContain("東京");
    expect(queryTerms("?!")).toEqual([]);
  });

  it("to rank by have no stop words, unless there are only those", () => {
    expect(rankingWords("What is the tea of the tea house?")).toEqual(["tea", "house"]);
    expect(rankingWords("to be or not to be")).toEqual(["to", "be", "or", "not"]);
  });

  it("to look up are few: repeated and long ones before short ones, no single letters", () => {
    expect(
      lookupWords("The grinder is loud. A grinder of steel, with x, for coffee beans at dawn.", 3),
    ).toEqual(["grinder", "coffee", "steel"]);
    expect(lookupWords("What do I do?")).toEqual([]);
    expect(lookupWords(`${"tea".repeat(30_000)} cup`).map((word) => word.length)).toEqual([100, 3]);
  });
});

describe("rankByWords", () => {
  it("puts the rare word above the common one, and leaves out what shares none", () => {
    const candidates = [
      { id: "1", words: "tea tea tea" },
      { id: "2", words: "tea with gyokuro" },
      { id: "3", words: "coffee" },
      { id: "4", words: "tea" },
    ];
    const ranking = rankByWords("Tea or Gyokuro?", candidates);
    expect(ranking[0]).toBe("2");
    expect(ranking).toHaveLength(3);
  });

  it("counts a text's other words in its length", () => {
    const candidates = [
      { id: "1", words: "tea" },
      { id: "2", words: `tea ${Array.from({ length: 50 }, (_, n) => `word${n}`).join(" ")}` },
    ];
    expect(rankByWords("tea", candidates)).toEqual(["1", "2"]);
  });

  it("neither prefixes nor spelling count, and ties are newest first", () => {
    const candidates = [
      { id: "1", words: "teapot" },
      { id: "2", words: "sea" },
      { id: "3", words: "tea" },
      { id: "4", words: "tea" },
    ];
    expect(rankByWords("tea", candidates)).toEqual(["4", "3"]);
  });
});

describe("reciprocalRankFusion", () => {
  it("sums reciprocal ranks, best first, ties newest first", () => {
    expect(reciprocalRankFusion([["a", "b"], ["b", "c"], []])).toEqual([
      { id: "b", score: 1 / 62 + 1 / 61 },
      { id: "a", score: 1 / 61 },
      { id: "c", score: 1 / 62 },
    ]);
    expect(reciprocalRankFusion([["1"], ["2"]]).map(({ id }) => id)).toEqual(["2", "1"]);
  });
});
