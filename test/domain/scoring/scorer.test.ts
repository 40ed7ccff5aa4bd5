import { describe, expect, it } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { scorerFor } from "../../../src/domain/scoring/scorer.js";

const tagQuestion = lampQuestion("LaMP_2M", "A heist.");
const ratingQuestion = lampQuestion("LaMP_3", "Fine.");
const citationQuestion =
  'For an author who has written the paper with the title "On Tea", which reference is related? Just answer with [1] or [2] without explanation. [1]: "Green Tea" [2]: "Black Tea"';

describe("scorerFor", () => {
  it.each([
    [tagQuestion, "comedy", "choice"],
    [tagQuestion, " Comedy. ", "choice"],
    [citationQuestion, "[2]", "choice"],
    [ratingQuestion, "4", "number"],
    // Not among the options, so no option can be right.
    [tagQuestion, "it depends", "text"],
    [ratingQuestion, "9", "text"],
    ["How many cups?", "4", "text"],
  ])("fits the question and its true answer (%#)", (question, answer, kind) => {
    expect(scorerFor(question, answer).kind).toBe(kind);
  });

  it.each([
    [tagQuestion, "dark comedy"],
    [citationQuestion, "[1]"],
    [ratingQuestion, "3"],
    ["What now?", "Let's go home."],
    ["What now?", "👍"],
  ])("gives the true answer itself 1 (%#)", (question, answer) => {
    expect(scorerFor(question, answer).score(answer)).toBe(1);
  });

  it("scores an empty answer 0, or as the farther end of a scale", () => {
    expect(scorerFor(tagQuestion, "comedy").score("")).toBe(0);
    expect(scorerFor("What now?", "Home.").score(" ")).toBe(0);
    expect(scorerFor(ratingQuestion, "4").score("")).toBe(0.25);
  });
});

describe("a choice", () => {
  const comedy = scorerFor(tagQuestion, "comedy");

  it.each(["Comedy", "COMEDY.", ' "comedy" ', "“comedy”!", "**Comedy**", "The tag is comedy."])(
    "is right in any spelling: %s",
    (answer) => {
      expect(comedy.score(answer)).toBe(1);
    },
  );

  it.each(["action", "dark comedy", "The tag is dark comedy.", "tragicomedy", "comedy or action"])(
    "is wrong when it names another option, several, or none: %s",
    (answer) => {
      expect(comedy.score(answer)).toBe(0);
    },
  );

  it("accepts any dash and any width of letters", () => {
    const scienceFiction = scorerFor(tagQuestion, "sci-fi");
    expect(scienceFiction.score("Sci‑Fi")).toBe(1);
    expect(scienceFiction.score("ｓｃｉ－ｆｉ")).toBe(1);
  });

  it("finds an option inside a script without spaces", () => {
    const question = lampQuestion("LaMP_2M", "x", ["喜剧", "动作"]);
    expect(scorerFor(question, "喜剧").score("我选喜剧吧")).toBe(1);
    expect(scorerFor(question, "喜剧").score("喜剧或动作")).toBe(0);
  });

  it("accepts labels with signs of regular expressions", () => {
    const question = lampQuestion("LaMP_2N", "x", ["u.s. news", "food & drink", "c++ (code)"]);
    expect(scorerFor(question, "u.s. news").score("It is u.s. news")).toBe(1);
    expect(scorerFor(question, "u.s. news").score("It is ubs. news")).toBe(0);
    expect(scorerFor(question, "food & drink").score("Food & Drink.")).toBe(1);
    expect(scorerFor(question, "c++ (code)").score("I say c++ (code), sure")).toBe(1);
  });

  it("reads a reference with or without its brackets, and not a number in a sentence", () => {
    const second = scorerFor(citationQuestion, "[2]");
    expect(second.score("2")).toBe(1);
    expect(second.score('[2]: "Black Tea"')).toBe(1);
    expect(second.score("[1] or [2]")).toBe(0);
    expect(second.score("There are 2 of them.")).toBe(0);
  });
});

describe("a number on a scale", () => {
  const four = scorerFor(ratingQuestion, "4");

  it.each([
    ["4", 1],
    ["5", 0.75],
    ["3", 0.75],
    ["1", 0.25],
    ["4.0", 1],
    ["3.5", 0.875],
    ["４", 1],
    ["4/5", 1],
    ["4 out of 5 stars", 1],
    ["Score: 2.", 0.5],
    ["7", 0.25],
    ["100", 0],
  ])("loses a quarter for each point of five it is off: %s", (answer, score) => {
    expect(four.score(answer)).toBe(score);
  });

  it.each([
    ["1", 0],
    ["2", 0.25],
    ["3", 0.5],
    ["4", 0.25],
    ["5", 0],
  ])("without a number is the end of the scale farther from %s, as LaMP has it", (truth, score) => {
    const scorer = scorerFor(ratingQuestion, truth);
    for (const answer of ["no idea", "3 or 4", "1-5", "four"])
      expect(scorer.score(answer)).toBe(score);
  });
});

describe("a text", () => {
  const score = (answer: string, truth: string) => scorerFor("Say it.", truth).score(answer);

  it("scores the words in common and in order, both ways", () => {
    // The worked example of the ROUGE paper: LCS "police the gunman" of four and four words.
    expect(score("police killed the gunman", "police kill the gunman")).toBe(0.75);
    expect(score("the gunman kill police", "police killed the gunman")).toBe(0.5);
    expect(score("tea", "tea and cake")).toBeCloseTo((2 * 1) / (1 + 3));
    expect(score("a long answer that never says it", "tea")).toBe(0);
  });

  it("ignores case, punctuation and the composition of accents", () => {
    expect(score("un café, s'il vous plaît", "Un cafe\u0301 S’il vous plai\u0302t!")).toBe(1);
  });

  it("compares character by character where words are not spaced", () => {
    expect(score("我喜欢茶", "我喜欢咖啡")).toBeCloseTo((2 * 3) / (4 + 5));
  });

  it("scores the longest stored answers in bounded time", () => {
    expect(score("tea ".repeat(100_000), "tea ".repeat(2_000))).toBe(1);
  });

  it("compares texts without words as a whole", () => {
    expect(score("👍 👍", "👍👍")).toBe(1);
    expect(score("👎", "👍")).toBe(0);
    expect(score("yes", "👍")).toBe(0);
  });
});
