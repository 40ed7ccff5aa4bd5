import { describe, expect, it } from "vitest";
import type { Episode } from "../../../src/domain/episode.js";
import {
  findRepeatedWords,
  repeats,
  withoutRepeats,
} from "../../../src/domain/forgetting/repeated-words.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

const told = turnAt(5, "I never eat mushrooms.");
const wordsOf = (deleted: Episode, ...others: Episode[]) =>
  findRepeatedWords(deleted, others, deleted.id);
const found = (text: string, deleted = told) =>
  repeats(text, minuteAt(9), { ...wordsOf(deleted), since: deleted.id });

describe("the words that repeat a deleted episode", () => {
  it("are those that the user says nowhere else, and no response held before", () => {
    expect(wordsOf(told).terms).toEqual(["never", "eat", "mushroom"]);
    expect(wordsOf(told, turnAt(7, "Where do we eat?")).terms).toEqual(["never", "mushroom"]);
    const before = turnAt(1, "Hello.", { response: "Did you never eat?", threadId: "another" });
    const after = turnAt(7, "Hello.", { response: "No mushrooms, then?" });
    expect(wordsOf(told, before, after).terms).toEqual(["mushroom"]);
  });

  it("are also what the assistant asked for just before, and the reason of a rejection", () => {
    const asking = turnAt(4, "Dinner?", { response: "Do you eat mushrooms?" });
    expect(wordsOf(told, asking).terms).toEqual(["never", "eat", "mushroom"]);
    const feedback = { kind: "reject", author: "ada", at: minuteAt(6), inferred: null } as const;
    const rejected = { ...told, query: "Soup?", feedback: { ...feedback, reason: "No truffles." } };
    expect(wordsOf(rejected).terms).toEqual(["soup", "truffl"]);
  });

  it("are not those of the question around a task, or of a response that was only accepted", () => {
    const accepted = { response: "Porcini", groundTruth: "Porcini" };
    expect(wordsOf(turnAt(1, "What is it?", accepted)).terms).toEqual([]);
    const answered = { response: "Porcini", groundTruth: "Truffles" };
    expect(wordsOf(turnAt(1, "What is it?", answered)).terms).toEqual(["truffl"]);
  });

  it.each([
    ["another form of a word", "Without the Mushroom!", true],
    ["a word that begins with it", "A mushroomy taste.", true],
    ["none of them", "Take the soup.", false],
  ])("are found in a text with %s", (_, text, isFound) => {
    expect(found(text)).toBe(isFound);
  });

  it("are in no text from before the episode", () => {
    const words = { ...wordsOf(told), since: told.id };
    expect(repeats("Mushrooms.", minuteAt(4), words)).toBe(false);
    const earlier = turnAt(4, "Hello.", { response: "Mushrooms." });
    expect(withoutRepeats(earlier, words)).toBe(earlier);
  });

  it("must be two where the episode has many", () => {
    const names = "Anna Bert Carl Dora Emil Fritz Gerda Hanna Ivan Judith Karin Ludwig Maria";
    const party = turnAt(5, names);
    expect(found("Ask Ludwig.", party)).toBe(false);
    expect(found("Ask Ludwig and Maria.", party)).toBe(true);
  });
});

describe("the episodes that may say the same", () => {
  it("hold at least half of the words, whoever answered what", () => {
    const [same, half, less, response] = [
      turnAt(1, "Mushrooms? Never eat them!"),
      turnAt(7, "Never mushrooms again, please."),
      turnAt(6, "Mushrooms and onions make soup."),
      turnAt(8, "Hello.", { response: "You never eat mushrooms." }),
    ];
    expect(wordsOf(told, half, less, same, response).sameIn).toEqual([same.id, half.id]);
  });
});
