import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import type { TurnResult } from "../../src/app/ask.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { alignmentRecord } from "../support/users/alignment-record.js";

describe("what model calls cost", () => {
  const days = ["2026-04-30T10:00:00.000Z", "2026-05-01T10:00:00.000Z", "2026-05-02T10:00:00.000Z"];
  let today = days[0] ?? "";
  const agent = createPersonaAgent({
    store: new InMemoryStore(),
    now: () => new Date(today),
    backgroundAlignment: false,
    backgroundReflection: false,
    prices: { offline: { in: 2, out: 10 }, big: { in: 20, out: 100 } },
  });
  const turns: TurnResult[] = [];

  beforeAll(async () => {
    for (const day of days) {
      today = day;
      turns.push(await agent.ask("ada", "Which tea?"));
    }
    await agent.ask("bo", "Which coffee?");
    await agent.memory.personas.append("ada", {
      at: "2026-05-02T12:00:00.000Z",
      author: "alignment",
      status: "rejected",
      lines: [],
      reason: "Worse.",
      parent: initialPersona,
      alignment: alignmentRecord({
        models: { agent: "offline", alignment: "big" },
        usage: { calls: 7, tokens: { in: 1_000, out: 100 } },
      }),
    });
  });
  afterAll(() => agent.close());

  const spentIn = (some: readonly TurnResult[]) => {
    const all = some.map(({ usage }) => usage);
    const sum = (of: (usage: TurnResult["usage"]) => number) =>
      all.reduce((total, usage) => total + of(usage), 0);
    const [given, out] = [sum(({ tokens }) => tokens.in), sum(({ tokens }) => tokens.out)];
    const calls = sum((usage) => usage.calls);
    return { calls, in: given, out, cost: expect.closeTo((given * 2 + out * 10) / 1e6, 12) };
  };

  it("is told by kind and by time, in the unit of the prices", async () => {
    const { total, kinds, times } = await agent.usage("ada");
    expect(turns[0]?.usage.calls).toBeGreaterThan(0);
    expect(kinds.turn).toEqual(spentIn(turns));
    // The dearer model's price.
    expect(kinds.alignment).toEqual({ calls: 7, in: 1_000, out: 100, cost: 0.03 });
    expect(kinds.reflection).toEqual({ calls: 0, in: 0, out: 0, cost: 0 });
    expect(total.calls).toBe(kinds.turn.calls + 7);
    expect(times.map(({ time }) => time)).toEqual(days.map((day) => day.slice(0, 10)));
    expect(times[1]).toEqual({ time: "2026-05-01", ...spentIn(turns.slice(1, 2)) });
    const may = await agent.usage("ada", { from: "2026-05-01", to: "2026-05-01", per: "month" });
    expect(may.times).toEqual([{ time: "2026-05", ...spentIn(turns.slice(1, 2)) }]);
    expect(may.kinds.alignment.calls).toBe(0);
  });

  it("counts a reflection, and a turn that is repeated only once", async () => {
    const { calls } = (await agent.usage("bo")).total;
    const reflected = await agent.reflect("bo");
    const { kinds } = await agent.usage("bo");
    expect(kinds.reflection.calls).toBe(reflected.usage.calls);
    expect(kinds.turn.calls).toBe(calls);
    expect(kinds.reflection.calls).toBeGreaterThan(0);
  });

  it("is listed for all users in pages, with their last activity", async () => {
    const first = await agent.usages({ limit: 1, from: "2026-05-01" });
    expect(first).toMatchObject({
      users: [{ user: "ada", lastActive: days[2] }],
      next: "ada",
    });
    const ada = await agent.usage("ada", { from: "2026-05-01" });
    expect(first.users[0]?.usage).toEqual(ada.total);
    const second = await agent.usages({ limit: 1, after: "ada" });
    expect(second).toMatchObject({ users: [{ user: "bo", lastActive: days[2] }], next: null });
    expect(second.total).toEqual((await agent.usage("bo")).total);
  });

  it("has no cost where a model has no price, and leaves with its user", async () => {
    const unpriced = createPersonaAgent();
    await unpriced.ask("ada", "Which tea?");
    expect((await unpriced.usage("ada")).total).toMatchObject({ calls: 2, cost: null });
    expect(await unpriced.erase("ada")).toMatchObject({ erased: { spending: 1 }, left: {} });
    expect((await unpriced.usage("ada")).total.calls).toBe(0);
    await unpriced.close();
    for (const PRICES of ["12", '{"offline": 3}', "{"])
      await expect(openPersonaAgent({ PRICES }, { store: new InMemoryStore() })).rejects.toThrow(
        /^PRICES is .*; expected JSON as/,
      );
  });
});
