import { expect, it } from "vitest";
import type { Usage } from "../../../src/domain/usage.js";
import { budgetOf } from "../../../src/nodes/alignment/alignment-budget.js";

const none = {
  maxCalls: undefined,
  maxTokens: undefined,
  maxSeconds: undefined,
  maxCallsPerDay: undefined,
  maxTokensPerDay: undefined,
};
const usage = (calls: number, tokens = 0): Usage => ({ calls, tokens: { in: tokens, out: 0 } });
const now = new Date("2026-01-01T00:01:00.000Z");
/** 30 seconds of work, and 20 of a review. */
const spent = {
  usage: usage(10, 100),
  today: usage(5, 50),
  startedAt: "2026-01-01T00:00:10.000Z",
  waitedSeconds: 20,
};
const budgetLeft = (limits: object, spending = spent) =>
  budgetOf(spending, { ...none, ...limits }, now);

it("ends nothing without a limit", () => {
  expect(budgetLeft(none)).toEqual({ calls: Infinity, spent: null });
});

it.each([
  [{ maxCalls: 10 }, "the budget of 10 model calls a run is spent"],
  [{ maxTokens: 100 }, "the budget of 100 tokens a run is spent"],
  [{ maxSeconds: 30 }, "the budget of 30 seconds a run is spent"],
  [{ maxCallsPerDay: 15 }, "the budget of 15 model calls a day is spent"],
  [{ maxTokensPerDay: 150 }, "the budget of 150 tokens a day is spent"],
])("says which budget is spent: %j", (limit, reason) => {
  expect(budgetLeft(limit).spent).toBe(reason);
  const wider = Object.fromEntries(Object.entries(limit).map(([name, most]) => [name, most + 1]));
  expect(budgetLeft(wider).spent).toBeNull();
});

it("counts tokens in and out", () => {
  const both = { calls: 1, tokens: { in: 60, out: 40 } };
  const { spent: reason } = budgetLeft({ maxTokens: 100 }, { ...spent, usage: both });
  expect(reason).not.toBeNull();
});

it.each([
  [{ maxCalls: 12 }, 2],
  [{ maxCalls: 12.9 }, 2],
  [{ maxCalls: 12, maxCallsPerDay: 16 }, 1],
  [{ maxCalls: 3 }, 0],
  [{ maxTokens: 1_000 }, Infinity],
])("leaves the calls of the narrowest limit: %j leaves %d", (limit, calls) => {
  expect(budgetLeft(limit).calls).toBe(calls);
});
