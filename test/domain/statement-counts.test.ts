import { describe, expect, it } from "vitest";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { numberedQuestion } from "../../src/domain/numbered-question.js";
import { episodesQuoted, splitCounts, withCounts } from "../../src/domain/statement-counts.js";

const reviews = (
  [
    ["A mesmerizing debut.", "5"],
    ["Mesmerizing, and long.", "5"],
    ["Mesmerizing at first.", "4"],
    ["A solid debut.", "4"],
    ["心に残る映画です。", "5"],
  ] as const
).map(([text, groundTruth], index) => ({
  id: `e${index + 1}`,
  query: lampQuestion("LaMP_3", text),
  groundTruth,
}));
const ids = reviews.map(({ id }) => id);

describe("the counts beside a statement", () => {
  it("are of the true answers in what it cites, most frequent first", () => {
    expect(withCounts("Is generous.", ids, reviews)).toBe("Is generous. [counted: 5 ×3, 4 ×2]");
    expect(withCounts("Is generous.", ["e4"], reviews)).toBe("Is generous. [counted: 4 ×1]");
  });

  it("are of each word that it quotes, so that a claim about the word can be checked", () => {
    const text = 'What is "mesmerizing" is a "5", what is „solid“ a 4.';
    expect(episodesQuoted(text, reviews, 12)).toEqual(["e1", "e2", "e3", "e4"]);
    // The latest of each word, so that a frequent one leaves room for a rare one.
    expect(episodesQuoted(text, reviews, 4)).toEqual(["e2", "e3", "e4"]);
    expect(withCounts(text, ids, reviews)).toBe(
      `${text} [counted: "mesmerizing" 5 ×2, 4 ×1; "solid" 4 ×1]`,
    );
  });

  it("need no spaces between words, and count in what is cited only", () => {
    expect(withCounts("「映画」は5。", ids, reviews)).toContain('"映画" 5 ×1]');
    expect(withCounts('"mesmerizing" is a 5.', ["e3"], reviews)).toContain('"mesmerizing" 4 ×1]');
  });

  it("are left out where answers are not chosen from a list, or stand for other texts", () => {
    const query = numberedQuestion("What to drink?", ["Tea", "Gin"]);
    const others = [
      { id: "e1", query: "Tea with gin?", groundTruth: "tea" },
      { id: "e2", query, groundTruth: "[1]" },
      { id: "e3", query: lampQuestion("LaMP_3", "Fine."), groundTruth: null },
    ];
    expect(withCounts('Takes "Tea".', ["e1", "e2", "e3"], others)).toBe('Takes "Tea".');
    expect(episodesQuoted('Takes "gin".', others, 12)).toEqual([]);
  });

  it("are of answers that a question lists in its own words, or that are stated beside it", () => {
    const answered = [
      { id: "e1", query: "Tea or gin?", groundTruth: "tea" },
      { id: "e2", query: "What to drink?", options: ["tea", "gin"], groundTruth: "tea" },
      { id: "e3", query: "Stars for the bar?", scale: { least: 1, greatest: 5 }, groundTruth: "4" },
    ];
    const counted = withCounts("Is sober.", ["e1", "e2", "e3"], answered);
    expect(counted).toBe("Is sober. [counted: tea ×2, 4 ×1]");
  });

  it("are told from the statement, also where a model wrote them", () => {
    const text = withCounts("Is generous.", ids, reviews);
    expect(splitCounts(text)).toEqual({ text: "Is generous.", counts: "5 ×3, 4 ×2" });
    expect(splitCounts("Likes [old] films. [counted: 5 ×")).toMatchObject({
      text: "Likes [old] films.",
    });
    expect(splitCounts("Likes tea.")).toEqual({ text: "Likes tea.", counts: "" });
  });
});
