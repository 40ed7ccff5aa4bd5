import { expect, it } from "vitest";
import type { Recall } from "../../../src/memory/episodes/episodic-memory.js";
import { turnAt } from "../../support/users/episodes.js";
import { createRecallCache } from "../../../src/memory/search/recall-cache.js";

const whole: Recall = { recalled: [], degraded: [] };

function searching(results: readonly (Recall | Error)[]) {
  const left = [...results];
  let searches = 0;
  const waited: number[] = [];
  const read: string[] = [];
  const recall = createRecallCache({
    settled: async () => void waited.push(searches),
    get: async (_userId, id) => {
      read.push(id);
      return turnAt(7, "What is for lunch?");
    },
    latest: async () => [],
    similar: async () => {
      searches += 1;
      const result = left.shift() ?? whole;
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return { recall, waited, read, searches: () => searches };
}

it("searches once for the same question of one run, also when asked twice at the same time", async () => {
  const { recall, searches } = searching([]);
  const ask = () => recall("one").similar("ada", "soup", 3, { beforeId: "x" });
  await Promise.all([ask(), ask()]);
  await ask();
  expect(searches()).toBe(1);
});

it("reads an episode once, and one that a search found not again", async () => {
  const found = turnAt(1, "What is for dinner?");
  const { recall, read } = searching([{ recalled: [{ episode: found, score: 1 }], degraded: [] }]);
  const { get, similar } = recall("one");
  await similar("ada", "soup", 3);
  expect(await get("ada", found.id)).toBe(found);
  expect(read).toEqual([]);
  expect(await get("ada", "2")).toBe(await get("ada", "2"));
  await get("bo", found.id);
  expect(read).toEqual(["2", found.id]);
});

it("searches again for another run, another user and other bounds", async () => {
  const { recall, searches } = searching([]);
  await recall("one").similar("ada", "soup", 3);
  await recall("two").similar("ada", "soup", 3);
  await recall("one").similar("bo", "soup", 3);
  await recall("one").similar("ada", "soup", 3, { excludeIds: ["x"] });
  expect(searches()).toBe(4);
});

it("fails where something was away, and remembers neither that nor an error", async () => {
  const { recall, searches } = searching([
    new Error("away"),
    { recalled: [], degraded: ["index-unavailable"] },
    { recalled: [], degraded: ["embeddings-unavailable"] },
    { recalled: [], degraded: ["store-unavailable"] },
  ]);
  const ask = () => recall("one").similar("ada", "soup", 3);
  await expect(ask()).rejects.toThrow("away");
  await expect(ask()).rejects.toMatchObject({ code: "memory-index-unavailable" });
  await expect(ask()).rejects.toMatchObject({ code: "model-unavailable" });
  await expect(ask()).rejects.toMatchObject({ code: "memory-store-unavailable" });
  expect(await ask()).toEqual(whole);
  await ask();
  expect(searches()).toBe(5);
});

it("waits for an index that is being rebuilt, and searches once more", async () => {
  const rebuilding: Recall = { recalled: [], degraded: ["index-rebuilding"] };
  const { recall, searches, waited } = searching([rebuilding, whole, rebuilding, rebuilding]);
  expect(await recall("one").similar("ada", "soup", 3)).toEqual(whole);
  expect({ waited, searches: searches() }).toEqual({ waited: [1], searches: 2 });
  await expect(recall("two").similar("ada", "soup", 3)).rejects.toMatchObject({
    code: "memory-index-unavailable",
  });
});
