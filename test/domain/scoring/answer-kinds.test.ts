import { describe, expect, it } from "vitest";
import {
  type Answered,
  createAnswerCount,
  lacksOptions,
} from "../../../src/domain/scoring/answer-kinds.js";

function countOf(answered: readonly (Answered & { readonly user?: string })[]) {
  const count = createAnswerCount();
  for (const { user = "ada", ...interaction } of answered) count.add(user, interaction);
  return count.counted();
}

const answers = (query: string, given: readonly string[], user = "ada") =>
  given.map((groundTruth) => ({ user, query, groundTruth }));

describe("the kinds of true answers", () => {
  it("are counted by how each is scored", () => {
    const kinds = countOf([
      { query: "Tea or coffee?", groundTruth: "tea" },
      { query: "What now?", options: ["go", "stay"], groundTruth: "go" },
      { query: "Stars?", scale: { least: 1, greatest: 5 }, groundTruth: "4" },
      { query: "How was it?", groundTruth: "It rained, so we stayed." },
      { query: "I like rain.", groundTruth: null },
    ]);
    expect(kinds).toMatchObject({ choices: 2, ratings: 1, open: 1, unanswered: 1 });
    expect(kinds.notAllowed.count + kinds.unlisted.count).toBe(0);
    expect(lacksOptions(kinds)).toBe(false);
  });

  it("name answers that their questions do not allow", () => {
    const scale = { least: 1, greatest: 5 };
    const kinds = countOf(
      ["7", "7", "none", "4"].map((groundTruth) => ({ query: "Stars?", scale, groundTruth })),
    );
    expect(kinds.notAllowed).toEqual({ count: 3, answers: ["7", "none"] });
    expect(kinds.unlisted.count).toBe(0);
  });

  it("name short answers of one user that recur, which need options", () => {
    const kinds = countOf([
      ...answers("Do I like it?", ["Yes.", "no", "yes", "No!", "yes", "maybe"]),
      ...answers("Where?", ["Rome"], "ada"),
      ...answers("Where?", ["Rome"], "bob"),
    ]);
    expect(kinds.unlisted).toEqual({ count: 5, answers: ["yes", "no"] });
    expect(lacksOptions(kinds)).toBe(true);
  });

  it("leave texts alone: long ones that recur, short ones that do not, and a few among many", () => {
    const texts = Array.from({ length: 60 }, (_, n) => `A text of its own, number ${n}.`);
    const long = Array.from({ length: 8 }, () => "The one with the heist.");
    expect(countOf(answers("Which film?", [...texts, ...long])).unlisted.count).toBe(0);
    expect(lacksOptions(countOf(answers("Who?", ["Ann", "Bo", "Cy", "Di", "Ed"])))).toBe(false);
    const few = countOf(answers("Well?", [...texts, "yes", "yes", "yes", "no"]));
    expect(few.unlisted.count).toBe(3);
    expect(lacksOptions(few)).toBe(false);
  });
});
