import { describe, expect, it } from "vitest";
import { OfflineChatModel } from "../../src/model/offline/offline-chat-model.js";
import { agentUnderTest, systemOf } from "../support/agents/agent-under-test.js";
import { alignmentUnderTest, drink } from "../support/agents/alignment-under-test.js";
import { callsTools } from "../support/models/scripted-model.js";

it("gives a turn at midnight UTC its time, where an import at midnight has a day alone", async () => {
  const { ask, memory, clock } = agentUnderTest(["Good night.", "At midnight."]);
  clock.set("2026-05-02T00:00:00.000Z");
  const { episodeId } = await ask("ada", "I go to bed now.");
  expect(await memory.episodes.get("ada", episodeId ?? "")).toMatchObject({
    at: "2026-05-02T00:00:00.001Z",
  });
});

// The clock stands at 10:00 UTC on Friday, 1 May 2026.
describe("the time of a turn", () => {
  // Asked for "last week", a model could not give `recall_memory` a time range.
  it("is told in UTC of a user who set no time zone", async () => {
    const { ask, clock, model } = agentUnderTest(["Noted.", "Pasta."]);
    await ask("ada", "I had pasta.");
    clock.advanceDays(1);
    await ask("ada", "What did I have yesterday?");
    expect(systemOf(model.calls[1])).toMatch(
      /\n\nFor this user it is Saturday, 2026-05-02 10:00 \(UTC\)/,
    );
    expect(systemOf(model.calls[1])).not.toContain("The user's language");
  });

  it("is the user's own, as are the times of what is recalled, and their language is named", async () => {
    const { ask, memory, model } = agentUnderTest(["Noted.", "Pasta.", "Pasta."]);
    await memory.locales.set("ada", { timeZone: "Pacific/Auckland", language: "fr" });
    await ask("ada", "I had pasta.");
    await ask("ada", "What did I have?");
    const system = systemOf(model.calls[1]);
    expect(system).toContain("it is Friday, 2026-05-01 22:00 (Pacific/Auckland)");
    expect(system).toContain('at="2026-05-01 22:00"');
    expect(system).toContain("The user's language is French.");
    const settings = { timeZone: "America/New_York" };
    await ask("ada", "What did I have?", { settings });
    expect(systemOf(model.calls[2])).toContain("2026-05-01 06:00 (America/New_York)");
    expect(systemOf(model.calls[2])).toContain('at="2026-05-01 06:00"');
  });

  it("decides what yesterday is, where it shares a day of UTC with today", async () => {
    const foods = ["rice", "beef", "beans", "soup", "ham", "nuts", "fish", "eggs", "figs", "oats"];
    const { ask, memory, clock } = agentUnderTest(new OfflineChatModel());
    await memory.locales.set("ada", { timeZone: "America/Los_Angeles" });
    // 19:00 there, and 2 May in UTC.
    clock.advanceDays(16 / 24);
    const { episodeId } = await ask("ada", "I ate tacos with Bob.");
    clock.advanceDays(16 / 24);
    for (const food of foods) await ask("ada", `I ate ${food}.`);
    const settings = { recallLatest: 0, recallSimilar: 3 };
    const { recalled } = await ask("ada", "What did I eat yesterday?", { settings });
    expect(recalled[0]?.id).toBe(episodeId);
  });

  it("decides what a day means to recall_memory", async () => {
    const { ask, memory, model, clock } = agentUnderTest([
      "Noted.",
      callsTools({ name: "recall_memory", args: { query: "pasta", since: "2026-05-02" } }),
      "Pasta.",
      callsTools({ name: "recall_memory", args: { query: "pasta", since: "2026-05-02" } }),
      "Nothing.",
    ]);
    await memory.locales.set("ada", { timeZone: "Pacific/Kiritimati" });
    const settings = { recallSimilar: 0, recallLatest: 0 };
    // Already 2 May there.
    await ask("ada", "I had pasta.", { settings });
    clock.advanceDays(1);
    await ask("ada", "What did I have?", { settings });
    expect(model.calls[2]?.at(-1)?.text).toContain('at="2026-05-02 00:00"');
    await ask("ada", "What did I have?", { settings: { ...settings, timeZone: "UTC" } });
    expect(model.calls[4]?.at(-1)?.text).not.toContain("I had pasta.");
  });
});

it("is in a simulation the time of the item, where the user is", async () => {
  const { run, memory, model } = await alignmentUnderTest();
  await memory.locales.set("ada", { timeZone: "Asia/Tokyo", language: "de" });
  await run();
  const items = model.of("simulation").map(({ system }) => system);
  // Items stand a minute apart; the first one at midnight UTC has no time.
  const timed = items.filter((system) => !system.includes("2025-01-01 (Asia/Tokyo)"));
  expect(timed.length).toBeGreaterThan(0);
  for (const system of timed) {
    expect(system).toMatch(/it is Wednesday, 2025-01-01 09:\d\d \(Asia\/Tokyo\)/);
    expect(system).toContain("The user's language is German.");
  }
});

it("is for an item without a date the present, by the agent's clock, also where its search is made ahead", async () => {
  const episodes = Array.from({ length: 16 }, (_, n) => drink(n, { at: null }));
  const user = await alignmentUnderTest({ episodes });
  const { similar } = user.memory.episodes;
  const days = new Set<string | undefined>();
  Object.assign(user.memory.episodes, {
    similar: (...asked: Parameters<typeof similar>) => {
      days.add(asked[3]?.asked?.day);
      return similar(...asked);
    },
  });
  await user.run();
  expect([...days]).toEqual(["2026-05-01"]);
});
