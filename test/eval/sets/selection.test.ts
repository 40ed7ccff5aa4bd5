import { describe, expect, it } from "vitest";
import type { EvalUser } from "../../../src/eval/sets/eval-set.js";
import { selectUsers } from "../../../src/eval/sets/selection.js";

const user = (name: string, historyLength: number, questions = 1): EvalUser => ({
  user: name,
  historyLength,
  questionIds: Array.from({ length: questions }, (_, place) => `${name}${place + 1}`),
});
const names = (users: readonly EvalUser[]) => users.map((each) => each.user).join("");
const users = [user("a", 5), user("b", 9), user("c", 5), user("d", 7), user("e", 1)];

describe("selectUsers", () => {
  it("selects all users and questions by default", () => {
    expect(selectUsers(users, {})).toEqual(users);
  });

  it("selects the users with the longest histories, the earlier of equal ones, in the set's order", () => {
    const longest = (count: number) => names(selectUsers(users, { longestHistories: count }));
    expect([0, 1, 2, 3, 4, 9].map(longest)).toEqual(["", "b", "bd", "abd", "abcd", "abcde"]);
  });

  it("draws the same sample for the same seed and another for another, from the longest histories only", () => {
    const sample = (seed: number) =>
      names(selectUsers(users, { longestHistories: 4, sample: { users: 2, seed } }));
    expect(sample(1)).toBe(sample(1));
    const drawn = new Set(Array.from({ length: 200 }, (_, seed) => sample(seed)));
    expect([...drawn].toSorted()).toEqual(["ab", "ac", "ad", "bc", "bd", "cd"]);
  });

  it("gives each user one question before any user gets a second", () => {
    const asked = (questions: number) =>
      selectUsers([user("a", 1, 3), user("b", 1, 1), user("c", 1, 2)], { questions }).flatMap(
        ({ questionIds }) => questionIds,
      );
    expect(asked(2)).toEqual(["a1", "b1"]);
    expect(asked(4)).toEqual(["a1", "a2", "b1", "c1"]);
    expect(asked(5)).toEqual(["a1", "a2", "b1", "c1", "c2"]);
    expect(asked(99)).toEqual(["a1", "a2", "a3", "b1", "c1", "c2"]);
    expect(asked(0)).toEqual([]);
  });
});
