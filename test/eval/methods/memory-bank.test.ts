import { expect, it } from "vitest";
import { openCaseMemory } from "../../../src/eval/cases/case-memory.js";
import { forgottenIds, retention } from "../../../src/eval/methods/memory-bank.js";
import { summariseDays } from "../../../src/eval/methods/daily-summaries.js";
import {
  casesOf,
  evalDeps,
  ratingRecord,
  review,
  setOf,
} from "../../support/evaluation/eval-case.js";

it("retains a memory fully at first, then less and less, and a stronger one more", () => {
  expect(retention(0, 1)).toBe(1);
  expect(retention(1, 1)).toBeCloseTo(0.3679, 4);
  expect(retention(2, 4)).toBeCloseTo(0.6065, 4);
});

it("forgets an old interaction that nothing recalled, and keeps one that later ones resemble", async () => {
  const old = [
    review(1, { text: "A zither concert in the snow." }),
    review(2, { text: "A locomotive crosses the desert." }),
  ];
  const later = Array.from({ length: 40 }, (_, at) =>
    review(at + 3, { text: `A locomotive crosses the desert again, part ${at}.` }),
  );
  const [given] = await casesOf(
    setOf([ratingRecord("ada", "q1", { profile: [...old, ...later] })]),
  );
  if (given === undefined) throw new Error("There is no case.");
  const { history, episodes } = await openCaseMemory(given, {}, evalDeps());
  const gone = await forgottenIds(history, episodes, 1, () => 0.5);
  expect(gone).toContain(history[0]?.id);
  expect(gone).not.toContain(history.at(-1)?.id);
  // With every interaction recalled each time, none is ever old.
  expect(await forgottenIds(history, episodes, 50, () => 0.5)).toEqual([]);
});

it("summarises every ten interactions, and then all of them, in two ways each", async () => {
  const asked: string[] = [];
  const deps = evalDeps({
    summary: ({ thread }) => {
      asked.push(thread);
      return ` Summary\n${asked.length} `;
    },
  });
  const profile = Array.from({ length: 25 }, (_, at) => review(at + 1));
  const [given] = await casesOf(setOf([ratingRecord("ada", "q1", { profile })]));
  const { bank, usage } = await summariseDays(given?.history ?? [], deps);
  expect(usage.calls).toBe(8);
  expect(bank.days).toEqual(["Summary 1", "Summary 3", "Summary 5"]);
  expect([bank.events, bank.portrait]).toEqual(["Summary 7", "Summary 8"]);
  expect(asked[0]).toContain("Film 10 ");
  expect(asked[0]).not.toContain("Film 11 ");
  expect(asked[6]).toContain("Summary 3");
});
