import { describe, expect, it } from "vitest";
import {
  numberedQuestion,
  numberedOptions,
  readNumberedQuestion,
} from "../../src/domain/numbered-question.js";
import { parseQuestion } from "../../src/domain/lamp-question.js";

const texts = ['"Dune", a novel [1]', "Tea: green, black", "Nothing"];

describe("numberedQuestion", () => {
  it("asks for a number, and lists the answers under theirs", () => {
    expect(numberedQuestion("What now?", texts)).toBe(
      'What now?\nWhich of these answers suits me best? Just answer with [1], [2] or [3] without further explanation. [1]: ""Dune", a novel [1]" [2]: "Tea: green, black" [3]: "Nothing"',
    );
  });

  it("is read back as a question with options, of no task of LaMP's", () => {
    const asked = numberedQuestion("What now?\nQuickly.", texts);
    const { task, subject, options } = parseQuestion(asked);
    expect(task).toBeNull();
    expect(options).toEqual(["[1]", "[2]", "[3]"]);
    expect(subject).toMatch(/^What now\?\nQuickly\.\n\[1\]: ""Dune"/);
    expect(subject).not.toContain("Which of these answers");
    expect(numberedOptions(subject)).toEqual(
      texts.map((text, place) => ({ label: `[${place + 1}]`, text })),
    );
  });
});

it("no other text is taken for such a question", () => {
  for (const text of [
    "",
    "Tea or coffee?",
    '[1]: "Tea" [2]: "Coffee"',
    numberedQuestion("Tea?", []),
  ])
    expect(readNumberedQuestion(text)).toBeNull();
});

it("hostile texts are read quickly", () => {
  const hostile = numberedQuestion("?", ["a", "b"]).replace("[1]:", "[1]").repeat(3_000);
  expect(readNumberedQuestion(hostile)).toBeNull();
  const unclosed = numberedQuestion("?", ["a", "b"]) + '[1]: "x'.repeat(100_000);
  expect(readNumberedQuestion(unclosed)?.options).toEqual(["[1]", "[2]"]);
});
