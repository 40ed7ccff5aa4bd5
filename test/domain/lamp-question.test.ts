import { describe, expect, it } from "vitest";
import { lampQuestion, lampSubject, parseQuestion } from "../../src/domain/lamp-question.js";

const text = 'A film about "dreams" [sort of] article: with, commas\nand lines';

describe("parseQuestion", () => {
  it.each([
    ["LaMP_2N", 15, "food & drink"],
    ["LaMP_2M", 15, "true story"],
    ["LaMP_3", 5, "5"],
  ] as const)("reads %s's wording back: subject and options", (task, count, last) => {
    const question = parseQuestion(lampQuestion(task, text));
    expect(question).toMatchObject({ task, subject: text });
    expect(question.options).toHaveLength(count);
    expect(question.options?.at(-1)).toBe(last);
  });

  it("reads a set's own labels", () => {
    const question = parseQuestion(lampQuestion("LaMP_2N", text, ["a b", "c"]));
    expect(question.options).toEqual(["a b", "c"]);
  });

  it("reads the title and both references of LaMP_1", () => {
    const asked =
      'For an author who has written the paper with the title "On Tea", which reference is related? Just answer with [1] or [2] without explanation. [1]: "Green Tea" [2]: "Black Tea"';
    expect(parseQuestion(asked)).toEqual({
      task: "LaMP_1",
      subject: 'On Tea\n[1]: "Green Tea" [2]: "Black Tea"',
      options: ["[1]", "[2]"],
      scale: null,
    });
  });

  it("takes any other text as its own subject, without options", () => {
    for (const open of ["Tea or coffee?", "What is the score of the match?", "", "[1]: x"])
      expect(parseQuestion(open)).toEqual({
        task: null,
        subject: open,
        options: null,
        scale: null,
      });
  });

  it("never gives an empty subject for a text that is not empty", () => {
    for (const task of ["LaMP_2N", "LaMP_2M", "LaMP_3"] as const)
      expect(parseQuestion(lampQuestion(task, " ")).subject).not.toBe("");
  });

  it("reads hostile texts quickly", () => {
    const hostile = `For an author who has written the paper with the title "${'", which reference is related?'.repeat(3_000)}`;
    expect(parseQuestion(hostile).task).toBeNull();
  });
});

describe("lampSubject", () => {
  it("is the part of a question that an item of a history has", () => {
    const asked =
      'For an author who has written the paper with the title "On "Green" Tea", which reference is related? Just answer with [1] or [2] without explanation. [1]: "A" [2]: "B"';
    expect(lampSubject(lampQuestion("LaMP_2M", " A heist. "))).toBe("A heist.");
    expect(lampSubject(asked)).toBe('On "Green" Tea');
    expect(lampSubject("Tea or coffee?")).toBe("Tea or coffee?");
  });
});
