import { describe, expect, it } from "vitest";
import { queryTerms } from "../../../src/memory/search/query-terms.js";

const asked = { day: "2026-03-10", timeZone: "UTC" };
const ranked = (question: string) => queryTerms(question, asked).ranking.map(([first]) => first);
const lookedUp = (question: string, most?: number) =>
  queryTerms(question, asked, most).lookups.map((term) => term.trim());

describe("the terms to rank by", () => {
  it("are stems, each once and without stop words, unless there are only those", () => {
    expect(ranked("What is the tea of the tea houses?")).toEqual(["tea", "hous"]);
    expect(ranked("to be or not to be")).toEqual(["to", "be", "or", "not"]);
  });

  it("are in the question's language, or in any when that is not certain", () => {
    expect(ranked("Wogegen bin ich allergisch?")).toContain("allerg");
    expect(queryTerms("Allergien?", asked).ranking[0]).toEqual(["allergien", "allergi", "allerg"]);
  });

  it("name who may have said it, and when", () => {
    expect(ranked("What did Anna say last May?")).toEqual([
      "anna",
      "last",
      "@-05",
      "@2025-05",
      "@anna:",
    ]);
  });
});

describe("the terms to look up", () => {
  it("are few: repeated and long ones before short ones, no single letters", () => {
    expect(
      lookedUp("The grinder is loud. A grinder of steel, with x, for coffee beans at dawn.", 3),
    ).toEqual(["grinder", "steel", "coffe"]);
    expect(lookedUp("Did I?")).toEqual([]);
  });

  it("are whole, but of scripts without spaces, and of words too long to search for", () => {
    expect(queryTerms("the tea", asked).lookups).toEqual([" tea "]);
    expect(queryTerms("東京", asked).lookups).toEqual(["東京"]);
    const [long = "", cup] = queryTerms(`the ${"tea".repeat(30_000)} cup`, asked).lookups;
    expect([long.length, long.slice(0, 4), cup]).toEqual([100, " tea", " cup "]);
  });
});
