import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { padColumns, printableLine, wrap } from "../../../src/cli/output/printable.js";

const japanese = "日本語の映画をたくさん見て、短い答えが好きです。";
const family = "👨‍👩‍👧";

describe("wrapped text", () => {
  it("is broken at spaces, and keeps its line breaks", () => {
    expect(wrap("one two  three\nfour", 9)).toEqual(["one two", "three", "four"]);
  });

  it("of wide characters fills the columns, not the UTF-16 units", () => {
    const lines = wrap(japanese, 20);
    expect(lines.join("")).toBe(japanese);
    expect(lines.map((line) => stringWidth(line))).toEqual([20, 20, 8]);
  });

  it("never breaks an emoji that is made of several characters", () => {
    expect(wrap(family.repeat(5), 4)).toEqual([family.repeat(2), family.repeat(2), family]);
  });

  it("breaks a word that is longer than a line", () => {
    expect(wrap("a abcdefghij b", 4).every((line) => line.length <= 4)).toBe(true);
  });
});

describe("a line cut to columns", () => {
  it("is left as it is where it fits", () => {
    expect(printableLine("日本語", 6)).toBe("日本語");
    expect(printableLine(" two\nlines ", 9)).toBe("two lines");
  });

  it("counts a wide character as two, and marks the cut", () => {
    expect(printableLine("日本語の映画", 7)).toBe("日本語…");
    expect(printableLine("日本語の映画", 8)).toBe("日本語…");
    expect(printableLine("comedies on Fridays", 9)).toBe("comedies…");
    expect(printableLine(family.repeat(3), 5)).toBe(`${family.repeat(2)}…`);
  });
});

it("a column is filled up by what a terminal shows", () => {
  expect(padColumns("日本", 6)).toBe("日本  ");
  expect(padColumns("long name", 4)).toBe("long name");
});
