import { describe, expect, it } from "vitest";
import { createCopyFilter } from "../../../src/memory/search/copies.js";

/** Which of these are copies of one before. */
function copies(...episodes: (string | [query: string, groundTruth: string])[]) {
  const isCopy = createCopyFilter();
  return episodes.map((episode) => {
    const [query, groundTruth] = typeof episode === "string" ? [episode, null] : episode;
    return isCopy({ query, groundTruth });
  });
}

describe("copies", () => {
  it("are the same question again, however it is punctuated", () => {
    expect(copies("What can I cook tonight?", "what can I cook tonight", "What can I do?")).toEqual(
      [false, true, false],
    );
  });

  it("are nearly the same question, and no statement that differs in a word", () => {
    const plan = "can you please plan a dinner for six people on friday with";
    expect(copies(`${plan} fish?`, `${plan} meat?`)).toEqual([false, true]);
    expect(copies(`${plan} fish`, `${plan} meat`)).toEqual([false, false]);
    expect(copies("What is in Rome?", "What is in Lyon?")).toEqual([false, false]);
  });

  it("are not what has another true answer, which is information", () => {
    expect(copies(["Tea?", "yes"], ["Tea?", "no"], ["Tea?", "yes"], "Tea?")).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("are questions that ask for the same in other small words, unless one has a true answer", () => {
    const asked = ["What can I cook tonight?", "So what could I cook tonight?"] as const;
    expect(copies(...asked, "What can I cook tomorrow?")).toEqual([false, true, false]);
    expect(copies(asked[0], [asked[1], "soup"])).toEqual([false, false]);
  });

  it("have their words in the same order", () => {
    expect(copies("Is comedy over drama?", "Is drama over comedy?")).toEqual([false, false]);
  });
});
