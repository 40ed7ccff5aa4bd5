import { describe, expect, it } from "vitest";
import { analyzeQuestion } from "../../../src/domain/text/search-terms.js";
import { askedDates, termsOfDate } from "../../../src/memory/search/date-terms.js";

const asked = { day: "2026-03-10", timeZone: "UTC" };

describe("dates as terms", () => {
  it("of an episode are its year, month of any year, month and day", () => {
    expect(termsOfDate("2023-05-07T22:00:00Z")).toEqual([
      "@2023",
      "@-05",
      "@2023-05",
      "@2023-05-07",
    ]);
    expect(termsOfDate(null)).toEqual([]);
  });

  it.each([
    ["What did I do last May?", ["@-05", "@2025-05"]],
    ["What did I plan in March?", ["@-03", "@2026-03"]],
    ["Where was I in 2023?", ["@2023"]],
    ["What was on 7 May 2023?", ["@2023", "@-05", "@2023-05", "@2023-05-07"]],
    ["What was on May 7th, 2023?", ["@2023", "@-05", "@2023-05", "@2023-05-07"]],
    ["What was on 2023-05-07?", ["@2023", "@-05", "@2023-05", "@2023-05-07"]],
    ["What did we eat yesterday?", ["@2026-03-09"]],
    ["What did I read last month?", ["@2026-02"]],
    ["Wo war ich letztes Jahr?", ["@2025"]],
    ["Qu'est-ce que j'ai fait en janvier dernier ?", ["@-01", "@2026-01"]],
    ["¿Qué hice en mayo de 2024?", ["@2024", "@-05", "@2024-05"]],
  ])("of %s are the dates it names", (question, dates) => {
    expect(askedDates(analyzeQuestion(question), asked)).toEqual(dates);
  });

  it.each(["May I go?", "What may come?", "Does she march?", "Is 31 too much?", "", "東京"])(
    "of %j are none",
    (question) => expect(askedDates(analyzeQuestion(question), asked)).toEqual([]),
  );
});
