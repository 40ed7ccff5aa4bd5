import { describe, expect, it, vi } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import type { RecallBounds } from "../../../src/memory/episodes/episodic-memory.js";
import { userNamespaces } from "../../../src/memory/namespaces.js";
import { turnAt } from "../../support/users/episodes.js";
import { memoryParts } from "../../support/agents/memory-parts.js";

const feedback = {
  kind: "answer",
  author: "ada",
  at: "2025-06-01T00:00:00.000Z",
  reason: null,
  inferred: null,
} as const;
const tea = turnAt(1, "I drink green tea");
/** In a thread of its own: nothing else is found by its words. */
const trip = turnAt(2, "My trip to Zanzibar", { threadId: "journey" });

async function found(
  episodes: ReturnType<typeof memoryParts>["episodes"],
  query: string,
  bounds?: RecallBounds,
) {
  const { recalled, degraded } = await episodes.similar("ada", query, 5, bounds);
  return { ids: recalled.map(({ episode }) => episode.id), degraded };
}

describe("memory while the index is unavailable", () => {
  it("acknowledges a write to the store, reports the degradation, and recalls by words", async () => {
    const { episodes, index, errors } = memoryParts();
    await episodes.add("ada", tea);
    index.isAvailable = false;
    expect(await episodes.add("ada", trip)).toEqual({
      episode: trip,
      degraded: ["index-unavailable"],
    });
    expect(await found(episodes, "Zanzibar")).toEqual({
      ids: [trip.id],
      degraded: ["index-unavailable"],
    });
    expect(new Set(errors)).toEqual(new Set(["index-unavailable"]));
  });

  it("ignores an exception of the error listener, in the background too", async () => {
    const { episodes, index, embeddings, indexed, listener } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    listener.isBroken = true;
    index.generation = 2;
    embeddings.isAvailable = false;
    expect((await found(episodes, "Zanzibar")).ids).toEqual([trip.id]);
    await episodes.settled();
    embeddings.isAvailable = true;
    index.isAvailable = false;
    expect((await found(episodes, "Zanzibar")).ids).toEqual([trip.id]);
    index.isAvailable = true;
    await found(episodes, "Zanzibar");
    await episodes.settled();
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });

  it("finds the episode by vector once the index is back, without a command", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.add("ada", tea);
    index.isAvailable = false;
    await episodes.add("ada", trip);
    index.isAvailable = true;
    expect((await found(episodes, "Zanzibar")).degraded).toEqual([]);
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });

  it("indexes what is missing in another process too, and at the next write", async () => {
    const { episodes, index, indexed, restart } = memoryParts();
    await episodes.add("ada", tea);
    index.isAvailable = false;
    await episodes.add("ada", trip);
    index.isAvailable = true;
    const later = turnAt(3, "something else");
    expect((await restart().episodes.add("ada", later)).degraded).toEqual([]);
    expect(indexed("ada")).toEqual([tea.id, trip.id, later.id]);
  });

  it("rebuilds for a user whose first episode the index never saw", async () => {
    const { episodes, index, indexed } = memoryParts();
    index.isAvailable = false;
    await episodes.add("ada", trip);
    index.isAvailable = true;
    expect(await found(episodes, "Zanzibar")).toEqual({
      ids: [trip.id],
      degraded: ["index-rebuilding"],
    });
    await episodes.settled();
    expect(indexed("ada")).toEqual([trip.id]);
    expect(await found(episodes, "Zanzibar")).toEqual({ ids: [trip.id], degraded: [] });
  });

  it("indexes a long backlog in the background, and finds all of it by words before that", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.add("ada", tea);
    index.isAvailable = false;
    const backlog = Array.from({ length: 280 }, (_, n) => turnAt(n + 10, `matter number${n}`));
    const told: number[] = [];
    const { degraded } = await episodes.addMany("ada", backlog, (done) => told.push(done));
    expect(degraded).toEqual(["index-unavailable"]);
    expect(told).toEqual([128, 256, 280]);
    // One failure is enough to know: the other batches did not wait for the index.
    expect(index.calls["upsert"]).toBe(2);
    index.isAvailable = true;
    expect((await found(episodes, "number7")).ids).toContain(backlog[7]?.id);
    await episodes.settled();
    expect(indexed("ada")).toHaveLength(281);
  });

  it("removes a deleted episode when the index is back", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    index.isAvailable = false;
    await episodes.delete("ada", trip.id);
    index.isAvailable = true;
    expect(indexed("ada")).toContain(trip.id);
    expect((await found(episodes, "Zanzibar")).ids).toEqual([tea.id]);
    expect(indexed("ada")).toEqual([tea.id]);
  });

  it("finds an answer that arrived during the outage", async () => {
    const { episodes, index, sealed } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    index.isAvailable = false;
    await episodes.update("ada", tea.id, { groundTruth: "gyokuro", feedback });
    index.isAvailable = true;
    await found(episodes, "anything at all");
    expect(index.entries(userKey("ada")).get(tea.id)?.words).toContain(
      await sealed("ada", "gyokuro"),
    );
  });

  it("drops hits that the store does not have, and removes them from the index", async () => {
    const { episodes, indexed, store } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    await store.delete([...userNamespaces(userKey("ada")).episodes], trip.id);
    expect((await found(episodes, "Zanzibar")).ids).toEqual([tea.id]);
    await episodes.settled();
    expect(indexed("ada")).toEqual([tea.id]);
  });
});

describe("memory over a new index", () => {
  it("rebuilds it in the background, recalls by words during that, and reports it", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    expect((await found(episodes, "Zanzibar")).degraded).toEqual([]);
    // The index is known to be right for some calls, but one that finds nothing at all is looked at again.
    index.generation = 2;
    expect(await found(episodes, "Zanzibar")).toEqual({
      ids: [trip.id],
      degraded: ["index-rebuilding"],
    });
    await episodes.settled();
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
    expect((await found(episodes, "Zanzibar")).degraded).toEqual([]);
  });

  it("notices it in a turn that excludes its own episode, and after new episodes were added", async () => {
    const { episodes, index, indexed } = memoryParts();
    const history = Array.from({ length: 30 }, (_, n) => turnAt(n, `matter ${n}`));
    await episodes.addMany("ada", [...history, trip]);
    expect((await found(episodes, "Zanzibar")).degraded).toEqual([]);
    index.generation = 2;
    await episodes.add("ada", turnAt(50, "the index has this one alone"));
    expect(await found(episodes, "Zanzibar", { excludeIds: [turnAt(51, "now").id] })).toEqual({
      ids: [trip.id],
      degraded: ["index-rebuilding"],
    });
    await episodes.settled();
    expect(indexed("ada")).toHaveLength(32);
  });

  it("notices it of one user where another one's search does, also where its own would not tell", async () => {
    const { episodes, index } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    await episodes.addMany("bob", [tea]);
    const bounds = { since: "2020-01-01T00:00:00Z" };
    expect((await found(episodes, "Zanzibar", bounds)).degraded).toEqual([]);
    index.generation = 2;
    expect((await episodes.similar("bob", "tea", 5)).degraded).toEqual(["index-rebuilding"]);
    expect(await found(episodes, "Zanzibar", bounds)).toEqual({
      ids: [trip.id],
      degraded: ["index-rebuilding"],
    });
    await episodes.settled();
  });

  it("does not count episodes as lost that wait for the index or are out of bounds", async () => {
    const { episodes, index, embeddings } = memoryParts();
    await episodes.add("ada", tea);
    embeddings.isAvailable = false;
    const more = Array.from({ length: 10 }, (_, n) => turnAt(n + 10, `matter ${n}`));
    await episodes.addMany("ada", more);
    embeddings.isAvailable = true;
    const asked = index.calls["identity"];
    expect((await found(episodes, "green tea", { until: "2020-01-01T00:00:00Z" })).ids).toEqual([]);
    await episodes.settled();
    expect((await found(episodes, "green tea")).degraded).toEqual([]);
    expect(index.calls["identity"]).toBe((asked ?? 0) + 1);
  });

  it("notices it at once after a restart, and rebuilds once for many calls", async () => {
    const { episodes, index, embeddings, restart } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    index.generation = 2;
    const { episodes: restarted } = restart();
    const upserts = index.calls["upsert"] ?? 0;
    const all = await Promise.all(Array.from({ length: 5 }, () => found(restarted, "Zanzibar")));
    for (const { ids, degraded } of all)
      expect({ ids, degraded }).toEqual({ ids: [trip.id], degraded: ["index-rebuilding"] });
    await restarted.settled();
    expect(index.calls["upsert"]).toBe(upserts + 1);
    expect(embeddings.requests.length).toBeLessThanOrEqual(3);
    expect((await found(restarted, "Zanzibar")).degraded).toEqual([]);
  });

  it("reads the index's identity hardly more than once for many concurrent searches", async () => {
    const { episodes, index, restart } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    const later = restart().episodes;
    const before = index.calls["identity"] ?? 0;
    const all = await Promise.all(Array.from({ length: 30 }, () => found(later, "Zanzibar")));
    expect(all.every(({ degraded }) => degraded.length === 0)).toBe(true);
    expect((index.calls["identity"] ?? 0) - before).toBeLessThanOrEqual(2);
  });

  it("rebuilds again after a failed rebuild, and reports the failure", async () => {
    const { episodes, index, embeddings, errors, indexed, restart } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    index.generation = 2;
    const { episodes: restarted } = restart();
    embeddings.isAvailable = false;
    expect((await found(restarted, "Zanzibar")).degraded).toEqual([
      "embeddings-unavailable",
      "index-rebuilding",
    ]);
    await restarted.settled();
    expect(errors).toContain("embeddings-unavailable");
    expect(indexed("ada")).toEqual([]);
    embeddings.isAvailable = true;
    expect((await found(restarted, "Zanzibar")).degraded).toEqual(["index-rebuilding"]);
    await restarted.settled();
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });

  it("goes on with a rebuild that was broken off, with what has changed since then", async () => {
    const { episodes, index, embeddings, indexed, restart, sealed } = memoryParts();
    const history = Array.from({ length: 150 }, (_, n) => turnAt(n, `matter ${n}`));
    await episodes.addMany("ada", history);
    index.generation = 2;
    const broken = restart().episodes;
    const upsert = index.upsert.bind(index);
    const spy = vi.spyOn(index, "upsert").mockImplementation(async (...asked) => {
      if (indexed("ada").length > 0) throw new Error("The process ends here.");
      await upsert(...asked);
    });
    await broken.similar("ada", "matter", 1);
    await broken.settled();
    const [newest = tea] = history.slice(-1);
    await broken.update("ada", newest.id, { groundTruth: "gyokuro", feedback });
    spy.mockRestore();
    expect(indexed("ada")).toHaveLength(128);

    const { episodes: restarted } = restart();
    embeddings.requests.length = 0;
    expect((await found(restarted, "matter")).degraded).toEqual(["index-rebuilding"]);
    await restarted.settled();
    expect(embeddings.requests.flat()).toHaveLength(1 + 150 - 128);
    expect(indexed("ada")).toHaveLength(150);
    expect(await found(restarted, "gyokuro")).toMatchObject({
      ids: expect.arrayContaining([newest.id]),
      degraded: [],
    });
    await restarted.settled();
    expect(index.entries(userKey("ada")).get(newest.id)?.words).toContain(
      await sealed("ada", "gyokuro"),
    );
  });

  it("does not overwrite text that is written during a rebuild with older text", async () => {
    const { episodes, index, restart, sealed } = memoryParts();
    const history = Array.from({ length: 150 }, (_, n) => turnAt(n, `matter ${n}`));
    await episodes.addMany("ada", history);
    index.generation = 2;
    const { episodes: restarted } = restart();
    const [oldest = tea, other = tea] = history;
    await restarted.similar("ada", "matter", 1);
    await Promise.all([
      restarted.update("ada", oldest.id, { groundTruth: "gyokuro", feedback }),
      restarted.delete("ada", other.id),
      restarted.add("ada", trip),
    ]);
    await restarted.settled();
    const entries = index.entries(userKey("ada"));
    expect(entries.get(oldest.id)?.words).toContain(await sealed("ada", "gyokuro"));
    expect(entries.has(other.id)).toBe(false);
    expect(entries.size).toBe(150);
    expect((await found(restarted, "gyokuro")).ids).toContain(oldest.id);
  });

  it("rejects a reindex that fails, and leaves no half-done state", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    index.isAvailable = false;
    await expect(episodes.reindex("ada")).rejects.toMatchObject({
      code: "memory-index-unavailable",
    });
    index.isAvailable = true;
    expect((await found(episodes, "Zanzibar")).degraded).toEqual(["index-rebuilding"]);
    await episodes.settled();
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });

  it("removes entries that only the index has when it is rebuilt by hand", async () => {
    const { episodes, index, indexed } = memoryParts();
    await episodes.addMany("ada", [tea, trip]);
    const entry = { id: turnAt(9, "orphan").id, order: 0, words: "orphan", vector: [1] };
    await index.upsert(userKey("ada"), [entry]);
    expect(await episodes.reindex()).toEqual({ episodes: 2 });
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
    expect((await found(episodes, "Zanzibar")).degraded).toEqual([]);
  });
});
