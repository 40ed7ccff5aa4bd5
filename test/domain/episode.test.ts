import { describe, expect, it } from "vitest";
import {
  episodeOrder,
  identityOfId,
  importedEpisodeId,
  isEpisodeId,
  orderOfId,
  turnEpisodeId,
  turnIdentity,
} from "../../src/domain/episode.js";
import { userKey } from "../../src/domain/user-id.js";

const [ada, bob] = [userKey("ada"), userKey("bob")];
const message = { id: "m1", text: "Which tea?" };
const item = { itemId: "1", query: "Which tea?", groundTruth: "green", at: null };

describe("episode ids", () => {
  it("sort as text in the order of time, for any year", () => {
    const times = ["0001-01-01", "1969-12-31", "1970-01-01", "2025-01-01", "9999-12-31"];
    const ids = times.map((day) => turnEpisodeId(`${day}T00:00:00.000Z`, "0".repeat(16)));
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-v]{26}$/);
  });

  it("put undated items before every dated one, in their own order", () => {
    const undated = [0, 1, 2, 9_999_999].map((position) =>
      importedEpisodeId(ada, { ...item, position }),
    );
    const dated = importedEpisodeId(ada, { ...item, at: "0001-01-01T00:00:00.000Z" });
    expect([...undated, dated].toSorted()).toEqual([...undated, dated]);
  });

  it("give their order back", () => {
    const at = "2026-02-03T04:05:06.789Z";
    expect(orderOfId(turnEpisodeId(at, "0".repeat(16)))).toBe(Date.parse(at));
    expect(orderOfId(importedEpisodeId(ada, { ...item, position: 7 }))).toBe(episodeOrder(null, 7));
  });

  it("are the same for the same turn at the same time, and carry its identity", () => {
    const identity = turnIdentity(ada, "t1", message);
    const at = "2026-01-01T00:00:00.000Z";
    expect(turnIdentity(ada, "t1", { ...message })).toBe(identity);
    expect(turnEpisodeId(at, identity)).toBe(turnEpisodeId(at, identity));
    expect(identityOfId(turnEpisodeId(at, identity))).toBe(identity);
  });

  it("differ with the user, the thread, the message, its text and the time", () => {
    const at = "2026-01-01T00:00:00.000Z";
    const identities = [
      turnIdentity(ada, "t1", message),
      turnIdentity(bob, "t1", message),
      turnIdentity(ada, "t2", message),
      turnIdentity(ada, null, message),
      turnIdentity(ada, "t1", { ...message, id: "m2" }),
      turnIdentity(ada, "t1", { ...message, text: "Which coffee?" }),
    ];
    const ids = [
      ...identities.map((identity) => turnEpisodeId(at, identity)),
      ...identities.map((identity) => turnEpisodeId("2026-01-02T00:00:00.000Z", identity)),
    ];
    expect(new Set(ids).size).toBe(12);
  });

  it("of an import are the same for the same item, and differ with its answer", () => {
    expect(importedEpisodeId(ada, item)).toBe(importedEpisodeId(ada, { ...item }));
    const others = [
      importedEpisodeId(ada, item),
      importedEpisodeId(bob, item),
      importedEpisodeId(ada, { ...item, groundTruth: "black" }),
      importedEpisodeId(ada, { ...item, groundTruth: null }),
      importedEpisodeId(ada, { ...item, itemId: null }),
      importedEpisodeId(ada, { ...item, query: "Which coffee?" }),
    ];
    expect(new Set(others).size).toBe(6);
  });

  it("are recognised among other texts", () => {
    expect(isEpisodeId(importedEpisodeId(ada, item))).toBe(true);
    for (const text of ["", "x", "w".repeat(26), "0".repeat(27), `${"0".repeat(26)}\n`])
      expect(isEpisodeId(text)).toBe(false);
  });
});
