import { describe, expect, it } from "vitest";
import {
  holdsPhrase,
  likeness,
  runsOf,
  wordsIn,
} from "../../../src/domain/text/text-similarity.js";

describe("wordsIn", () => {
  it.each([
    ["The User's DON’T-list: 4.5 of [1]!", ["the", "user's", "don’t", "list", "4", "5", "of", "1"]],
    ["ｆｕｌｌ ﬁlm", ["full", "film"]],
    ["короткие ответы", ["короткие", "ответы"]],
    ["क्रिकेट पसंद", ["क्रिकेट", "पसंद"]],
    ["… !", []],
  ])("reads %j", (text, words) => expect(wordsIn(text)).toEqual(words));

  it("finds words where no spaces are written, in texts of any length", () => {
    expect(wordsIn("喜欢简短的回答")).toEqual(["喜欢", "简短", "的", "回答"]);
    expect(wordsIn("电影".repeat(5_000)).join("")).toBe("电影".repeat(5_000));
  });
});

describe("runs, phrases and likeness", () => {
  it("gives every run once, and none of a text that is shorter", () => {
    expect(runsOf(["a", "b", "c"], 2)).toEqual([
      ["a", "b"],
      ["b", "c"],
    ]);
    expect(runsOf(["a"], 2)).toEqual([]);
  });

  it("finds a phrase only whole and in order", () => {
    const words = ["a", "b", "a", "c"];
    expect(holdsPhrase(words, ["a", "c"])).toBe(true);
    expect(holdsPhrase(words, ["a", "a"])).toBe(false);
    expect(holdsPhrase(words, ["c", "d"])).toBe(false);
    expect(holdsPhrase(words, [])).toBe(false);
  });

  it("counts order: the longest common subsequence over the longer text", () => {
    expect(likeness(["a", "b", "c", "d"], ["a", "c", "b", "d"])).toBe(0.75);
    expect(likeness(["a"], ["a", "b"])).toBe(0.5);
    expect(likeness([], ["a"])).toBe(0);
    expect(likeness(["a", "b"], ["a", "b"])).toBe(1);
  });
});
