import { describe, expect, it } from "vitest";
import { scoreByWords } from "../../../src/memory/search/bm25.js";

const candidate = (id: string, own: string, { near = "", far = "", about = "" } = {}) => ({
  id,
  words: [own, near, far, about].map((line) => ` ${line} `).join("\n"),
});
const ranked = (terms: string[][], candidates: readonly { id: string; words: string }[]) =>
  [...scoreByWords(terms, candidates)].toSorted((a, b) => b[1] - a[1]).map(([id]) => id);

describe("scoreByWords", () => {
  it("puts the rare word above the common one, and leaves out what shares none", () => {
    const candidates = [
      candidate("1", "tea tea tea"),
      candidate("2", "tea with gyokuro"),
      candidate("3", "coffee"),
      candidate("4", "tea"),
    ];
    expect(ranked([["tea"], ["gyokuro"]], candidates)).toHaveLength(3);
    expect(ranked([["tea"], ["gyokuro"]], candidates)[0]).toBe("2");
  });

  it("counts a text's other words in its length, and whole words only", () => {
    const long = `tea ${Array.from({ length: 50 }, (_, n) => `word${n}`).join(" ")}`;
    const candidates = [candidate("1", long), candidate("2", "tea"), candidate("3", "teapot")];
    expect(ranked([["tea"]], candidates)).toEqual(["2", "1"]);
  });

  it("finds by what stands around, the nearer the better, and best by a text's own words", () => {
    const candidates = [
      candidate("far", "yes", { far: "tea" }),
      candidate("near", "yes", { near: "tea" }),
      candidate("own", "tea"),
      candidate("none", "yes"),
    ];
    expect(ranked([["tea"]], candidates)).toEqual(["own", "near", "far"]);
  });

  it("takes any form for its word, and prefers more of the words to more of one", () => {
    const candidates = [
      candidate("1", "allergi allergi allergi nut"),
      candidate("2", "allerg walnut dinner"),
    ];
    expect(ranked([["allerg", "allergi"], ["walnut"], ["dinner"]], candidates)).toEqual(["2", "1"]);
  });
});
