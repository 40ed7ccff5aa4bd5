import { describe, expect, it } from "vitest";
import { newerFirst, newerStatements } from "../../src/domain/newer-statement.js";
import { lampQuestion } from "../../src/domain/lamp-question.js";
import { turnAt, undatedItem } from "../support/users/episodes.js";

const paris = turnAt(1, "I live in Paris.");
const tea = turnAt(2, "Green tea for me, please.");
const lyon = turnAt(3, "I live in Lyon now.");
const asked = turnAt(4, "Where do I live?", { response: "In Paris." });

const order = (...items: (typeof paris)[]) =>
  newerFirst(items, (item) => item).map(({ query }) => query);
const marks = (...items: (typeof paris)[]) => [...newerStatements(items)];

describe("newerFirst", () => {
  it("puts the newer of two that speak of the same first, and leaves the others where they are", () => {
    expect(order(paris, tea, lyon)).toEqual([lyon.query, tea.query, paris.query]);
    expect(order(lyon, tea, paris)).toEqual([lyon.query, tea.query, paris.query]);
  });

  it("does not lift a question that nobody answered: it says nothing of the user", () => {
    expect(order(paris, asked)).toEqual([paris.query, asked.query]);
  });

  it("keeps every item once, also where several speak of the same", () => {
    const berlin = turnAt(5, "I live in Berlin.");
    expect(order(lyon, paris, tea, berlin)).toEqual([
      berlin.query,
      lyon.query,
      tea.query,
      paris.query,
    ]);
  });
});

describe("newerStatements", () => {
  it("names the newest that speaks of the same, whatever the order", () => {
    const berlin = turnAt(5, "I live in Berlin.");
    expect(marks(paris, lyon, tea, berlin)).toEqual([
      [paris.id, berlin.id],
      [lyon.id, berlin.id],
    ]);
  });

  it("marks an assistant's old response by what the user said since", () => {
    const moved = turnAt(6, "I live in Lille.");
    expect(marks(asked, moved)).toEqual([[asked.id, moved.id]]);
    expect(marks(paris, asked)).toEqual([]);
  });

  it("counts an answered question as a statement", () => {
    const coffee = (n: number, groundTruth: string) =>
      turnAt(n, "Which coffee do I take?", { groundTruth });
    const [before, after] = [coffee(1, "flat white"), coffee(2, "espresso")];
    expect(marks(before, after)).toEqual([[before.id, after.id]]);
  });

  it("marks nothing that has no date, and no texts of a benchmark, of which two answers may stand", () => {
    expect(marks(undatedItem(0, "I live in Paris.", null), lyon)).toEqual([]);
    const film = (n: number, groundTruth: string) =>
      turnAt(n, lampQuestion("LaMP_2M", "A heist on Mars."), { groundTruth });
    expect(marks(film(1, "comedy"), film(2, "action"))).toEqual([]);
  });
});
