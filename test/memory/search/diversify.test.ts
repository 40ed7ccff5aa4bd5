import { describe, expect, it } from "vitest";
import { diversify } from "../../../src/memory/search/diversify.js";
import { turnAt } from "../../support/users/episodes.js";

const scored = (name: string, score: number, groundTruth: string | null = null) => ({
  episode: turnAt(1, name, { groundTruth }),
  score,
});
const chosen = (ranking: ReturnType<typeof scored>[], limit: number) =>
  diversify(ranking, limit).map(({ episode }) => episode.query);

describe("diversify", () => {
  it("prefers another true answer among those that match about as well", () => {
    const ranking = [
      scored("a", 0.9, "yes"),
      scored("b", 0.8, "Yes"),
      scored("c", 0.78, "no"),
      scored("d", 0.3, "perhaps"),
    ];
    expect(chosen(ranking, 3)).toEqual(["a", "c", "b"]);
  });

  it("changes nothing where relevance is clear, or no true answer is known", () => {
    expect(
      chosen([scored("a", 0.9, "yes"), scored("b", 0.8, "yes"), scored("c", 0.6, "no")], 2),
    ).toEqual(["a", "b"]);
    expect(chosen([scored("a", 0.9), scored("b", 0.89), scored("c", 0.88, "no")], 3)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("gives scores that fall, and stay above 0", () => {
    const ranking = Array.from({ length: 9 }, (_, n) => scored(`${n}`, 0.09 - n / 100, "yes"));
    const scores = diversify(ranking, 9).map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(Math.min(...scores)).toBeGreaterThan(0);
  });
});
