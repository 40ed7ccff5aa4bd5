import { describe, expect, it } from "vitest";
import { othersWordFinder } from "../../../src/domain/text/others-words.js";

describe("a word that only others brought in", () => {
  const find = othersWordFinder({
    own: ["I prefer walking along rivers.", "Answers are short."],
    others: ["The user walks by the River Plonk and prefers zorbs, with the others."],
  });

  it.each([
    ["Wants a zorb.", "zorb"],
    ["Likes PLONK\u200B walks.", "plonk"],
    ["Prefers the river, with walks.", null],
    ["Dislikes cities.", null],
  ])("in %j is %j", (text, word) => expect(find(text)).toBe(word));
});
