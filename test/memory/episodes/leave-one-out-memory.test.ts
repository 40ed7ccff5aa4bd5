import { describe, expect, it } from "vitest";
import { defaultLocale } from "../../../src/domain/locale.js";
import { initialPersona } from "../../../src/domain/persona/persona-checkpoint.js";
import { leaveOneOutMemory } from "../../../src/memory/episodes/leave-one-out-memory.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

describe("leaveOneOutMemory", () => {
  const inThread = turnAt(4, "And?");
  const item = {
    episodeId: turnAt(5, "Tea?").id,
    at: minuteAt(5),
    query: "Tea?",
    groundTruth: "green",
    reason: null,
    earlier: [{ episodeId: inThread.id, query: inThread.query, response: "Well." }],
    reaction: null,
    task: null,
    isInferred: false,
    duplicates: [turnAt(2, "tea").id],
    weight: 1,
  };
  const asked: unknown[] = [];
  const memory = {
    episodes: {
      latest: async (...call: unknown[]) => (asked.push(call), []),
      similar: async (...call: unknown[]) => (asked.push(call), { recalled: [], degraded: [] }),
      list: () => Promise.reject(new Error("Nobody may list.")),
    },
  };
  const given = {
    persona: initialPersona,
    profile: null,
    locale: defaultLocale,
    leaveOneOut: true,
  };
  const before = leaveOneOutMemory(memory, item, given);

  it("narrows its caller's bounds, and never widens them", async () => {
    asked.length = 0;
    const [earlierId, laterId, otherId] = [1, 9, 3].map((n) => turnAt(n, "x").id) as [
      string,
      string,
      string,
    ];
    const excludeIds = [otherId, inThread.id, item.episodeId, ...item.duplicates];
    const times = { since: minuteAt(1), until: minuteAt(4) };
    await before.episodes.similar("ada", "tea", 3, { ...times, excludeIds: [otherId] });
    await before.episodes.latest("ada", 2, { beforeId: earlierId, excludeIds: [otherId] });
    await before.episodes.latest("ada", 2, { beforeId: laterId, excludeIds: [otherId] });
    expect(asked).toEqual([
      ["ada", "tea", 3, { ...times, beforeId: item.episodeId, excludeIds }],
      ["ada", 2, { beforeId: earlierId, excludeIds }],
      ["ada", 2, { beforeId: item.episodeId, excludeIds }],
    ]);
  });

  it("gives no access to other parts of memory", async () => {
    const methods = Object.values(before).map((part) => Object.keys(part).toSorted());
    expect(methods).toEqual([
      ["findTurn", "latest", "similar", "withdrawals"],
      ["current"],
      ["head"],
      ["get"],
    ]);
    expect(await before.locales.get("ada")).toBe(defaultLocale);
  });

  it("returns a persona and a profile without the record of their alignment", async () => {
    const persona = { ...initialPersona, alignment: { critiques: "They quote answers." } };
    const { personas } = leaveOneOutMemory(memory, item, { ...given, persona } as never);
    expect(await personas.head("ada")).toEqual(initialPersona);
    expect(await before.profiles.current("ada")).toBeNull();
  });
});
