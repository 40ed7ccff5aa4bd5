import { describe, expect, it } from "vitest";
import { agreesTo } from "../../../src/domain/text/assent.js";

describe("words that agree to a response", () => {
  it.each([
    ["Yes, right.", "Yes, right. What shall I eat?"],
    ["Genau", "Genau! Und zu essen?"],
    ["はい", "はい、お願いします。"],
    ["what the response says", "Then I take black coffee."],
  ])("are %s", (words, message) => expect(agreesTo("black coffee", words, message)).toBe(true));

  it.each([
    ["And to eat", "And to eat?"],
    ["that is right", "No, that is not right."],
    ["Is that right", "Is that right?"],
    ["Yes, right", "> Yes, right.\nWhat do they mean?"],
    ["coffee", "What does coffee cost?"],
  ])("are not %s", (words, message) =>
    expect(agreesTo("black coffee", words, message)).toBe(false),
  );
});
