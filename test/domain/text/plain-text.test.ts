import { describe, expect, it } from "vitest";
import { plainText } from "../../../src/domain/text/plain-text.js";
import { ownWords, standsIn } from "../../../src/domain/text/own-words.js";

describe("a text without what nobody sees", () => {
  it.each([
    ["zero-width spaces", "mar\u200Bk\uFEFFer"],
    ["joiners between Latin letters", "ma\u200Dr\u200Cker"],
    ["soft hyphens and word joiners", "mar\u00ADk\u2060er"],
    ["marks of direction", "\u202Emar\u202Cker\u200F\u2066\u2069"],
    ["tags", "marker\u{E0041}\u{E007F}"],
    ["controls and the grapheme joiner", "mark\u0007e\u034Fr"],
  ])("leaves out %s", (_, text) => expect(plainText(text)).toBe("marker"));

  it.each([
    ["Hebrew beside Latin", "שלום, Ada"],
    ["a Persian joiner", "می\u200Cخواهم"],
    ["a Devanagari joiner", "क्\u200Dष"],
    ["a family and a skin", "👩🏽\u200D💻 👨\u200D👩\u200D👧"],
    ["a heart with its selector", "❤\uFE0F\u200D🔥"],
    ["a variant of an ideograph", "葛\u{E0100}"],
    ["lines and tabs", "one\r\n\ttwo"],
  ])("keeps %s", (_, text) => expect(plainText(text)).toBe(text));

  it("keeps Arabic in its order without the marks around it", () => {
    expect(plainText("\u2067أشرب الشاي\u2069 \u200Fدائما")).toBe("أشرب الشاي دائما");
  });

  it("keeps one selector of several, in which bytes could hide", () => {
    expect(plainText("☺\uFE0F\uFE01\uFE02")).toBe("☺\uFE0F");
  });

  it("is what is compared, and what a quotation is told by", () => {
    expect(standsIn("marker", "the mar\u200Bker")).toBe(true);
    expect(ownWords("\u200B> not mine\nmine")).toBe("[quoted text left out]\nmine");
  });
});
