import { describe, expect, it } from "vitest";
import { orderOfId, turnEpisodeId } from "../../src/domain/episode.js";
import { userKey, type UserKey } from "../../src/domain/user-id.js";
import type { EpisodeIndex, IndexEntry } from "../../src/memory/index/episode-index.js";

/** Vectors in these tests are of this length. */
export const conformanceDimensions = 4;

/**
 * What every EpisodeIndex must do. Call it once per implementation.
 *
 * @param create - Gives an index of `conformanceDimensions`; it may be the same one each time, since every
 * test has users of its own.
 */
export function describeEpisodeIndex(name: string, create: () => Promise<EpisodeIndex>) {
  let created = 0;
  /** An index, two users that no other test has, and entries whose place in time is their second. */
  async function given() {
    created += 1;
    const index = await create();
    return { index, ada: userKey(`ada ${created}`), bob: userKey(`bob ${created}`) };
  }
  const nearestIds = async (index: EpisodeIndex, user: UserKey, limit = 10) =>
    secondsOf(await index.vectorSearch(user, [1, 0, 0, 0], limit));

  describe(`EpisodeIndex: ${name}`, () => {
    it("gives the nearest first, with their words, and no more than asked", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { vector: [0, 1, 0, 0] }),
        entry(2, { vector: [1, 0.1, 0, 0], words: "close by" }),
        entry(3, { vector: [1, 1, 0, 0] }),
      ]);
      const hits = await index.vectorSearch(ada, [1, 0, 0, 0], 2);
      expect(secondsOf(hits)).toEqual([2, 3]);
      expect(hits[0]).toMatchObject({ id: idAt(2), words: "close by" });
      expect(hits[0]?.nearness).toBeCloseTo(1 / Math.hypot(1, 0.1), 5);
      expect(hits[1]?.nearness).toBeCloseTo(Math.SQRT1_2, 5);
      expect(await index.vectorSearch(ada, [1, 0, 0, 0], 0)).toEqual([]);
    });

    it("looks at a vector's direction, and not at its length", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { vector: [100, 100, 0, 0] }),
        entry(2, { vector: [0.001, 0.0005, 0, 0] }),
      ]);
      expect(await nearestIds(index, ada)).toEqual([2, 1]);
    });

    it("gives the newest of those that are equally near, also where the limit cuts them", async () => {
      const { index, ada } = await given();
      const order = [7, 3, 19, 1, 14, 28, 11, 5, 23, 17, 9, 26, 2, 21, 30, 4, 13, 8];
      await index.upsert(ada, [
        ...order.map((second) => entry(second, { vector: [1, 0, 0, 0] })),
        entry(40, { vector: [0, 1, 0, 0] }),
      ]);
      expect(await nearestIds(index, ada, 3)).toEqual([30, 28, 26]);
      expect((await nearestIds(index, ada, 50)).at(-1)).toBe(40);
    });

    it("takes a vector of zeros, which is near to nothing", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { vector: [0, 0, 0, 0] }),
        entry(2, { vector: [1, 0, 0, 0] }),
      ]);
      expect(await nearestIds(index, ada)).toEqual([2, 1]);
      expect(secondsOf(await index.vectorSearch(ada, [0, 0, 0, 0], 10))).toEqual([2, 1]);
    });

    it("sees only what is strictly between the bounds", async () => {
      const { index, ada } = await given();
      const undated = -62_167_219_200_000 + 5;
      await index.upsert(ada, [
        ...[1, 2, 3, 4].map((second) => entry(second, { words: "tea" })),
        { ...entry(9, { words: "tea" }), id: "0".repeat(26), order: undated },
      ]);
      const bounds = { after: orderAt(1), before: orderAt(4) };
      expect(secondsOf(await index.vectorSearch(ada, [1, 0, 0, 0], 10, bounds))).toEqual([3, 2]);
      expect(secondsOf(await index.keywordSearch(ada, ["tea"], 10, bounds))).toEqual([3, 2]);
      const early = await index.keywordSearch(ada, ["tea"], 10, { before: orderAt(1) });
      expect(early.map(({ id }) => id)).toEqual(["0".repeat(26)]);
      const late = await index.vectorSearch(ada, [1, 0, 0, 0], 10, { after: orderAt(3) - 0.5 });
      expect(secondsOf(late)).toEqual([4, 3]);
      expect(await index.keywordSearch(ada, ["tea"], 10, { after: orderAt(4) })).toEqual([]);
    });

    it("finds entries that contain one of the words, the rarest first, then the newest, no more than asked", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(2, { words: "green tea in kyoto" }),
        entry(5, { words: "a film about tea" }),
        entry(3, { words: "black coffee" }),
        entry(4, { words: "nothing of it" }),
      ]);
      const hits = await index.keywordSearch(ada, ["coffee", "tea"], 10);
      expect(secondsOf(hits)).toEqual([3, 5, 2]);
      expect(hits[0]?.words).toBe("black coffee");
      expect(secondsOf(await index.keywordSearch(ada, ["coffee", "tea"], 2))).toEqual([3, 5]);
      await index.upsert(ada, [entry(1, { words: "tea and coffee" })]);
      expect(secondsOf(await index.keywordSearch(ada, ["coffee", "tea"], 1))).toEqual([1]);
      expect(await index.keywordSearch(ada, ["sake"], 10)).toEqual([]);
    });

    it.each([
      "%",
      "_",
      "o%e",
      "c_ffee",
      '"',
      "'",
      "*",
      "coffee*",
      "\\",
      "tea coffee",
      "c.ffee",
      "(tea",
      "sake|tea",
      "[tea]",
    ])("reads %s as itself, not as a pattern", async (word) => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { words: "coffee" }),
        entry(2, { words: `so ${word} is` }),
      ]);
      expect(secondsOf(await index.keywordSearch(ada, [word], 10))).toEqual([2]);
    });

    it("finds a word with the spaces around it, and not as a part of another", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { words: " teapot \n  \n  " }),
        entry(2, { words: " green \n tea \n  " }),
        entry(3, { words: " the team " }),
        entry(4, { words: " tea " }),
      ]);
      expect(secondsOf(await index.keywordSearch(ada, [" tea "], 10))).toEqual([4, 2]);
    });

    it("finds words of any script, and words of one letter", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [
        entry(1, { words: "straße, 東京 und ты 🍵" }),
        entry(2, { words: "q" }),
      ]);
      for (const word of ["straße", "京", "ты", "🍵"])
        expect(secondsOf(await index.keywordSearch(ada, [word], 10))).toEqual([1]);
      expect(secondsOf(await index.keywordSearch(ada, ["q"], 10))).toEqual([2]);
    });

    it("replaces an entry that it knows, whole", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [entry(1, { vector: [0, 1, 0, 0], words: "tea" }), entry(2, {})]);
      await index.upsert(ada, [entry(1, { vector: [1, 0, 0, 0], words: "coffee" })]);
      expect(await index.keywordSearch(ada, ["tea"], 10)).toEqual([]);
      expect(await index.keywordSearch(ada, ["coffee"], 10)).toHaveLength(1);
      expect(await nearestIds(index, ada)).toEqual([2, 1]);
    });

    it("takes the last of two entries with one id in one call", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, [entry(1, { words: "first" }), entry(1, { words: "last" })]);
      expect(await index.vectorSearch(ada, [1, 0, 0, 0], 10)).toMatchObject([
        { id: idAt(1), words: "last" },
      ]);
    });

    it("takes nothing, and takes hundreds at once", async () => {
      const { index, ada } = await given();
      await index.upsert(ada, []);
      expect(await nearestIds(index, ada)).toEqual([]);
      const many = Array.from({ length: 600 }, (_, second) => entry(second, { words: "many" }));
      await index.upsert(ada, many);
      expect(await index.keywordSearch(ada, ["many"], 1_000)).toHaveLength(600);
      await index.remove(
        ada,
        many.slice(0, 550).map(({ id }) => id),
      );
      expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1_000)).toHaveLength(50);
    });

    it("never shows or touches one user's entries for another", async () => {
      const { index, ada, bob } = await given();
      await index.upsert(ada, [entry(1, { words: "ada's tea" })]);
      await index.upsert(bob, [entry(1, { words: "bob's tea" })]);
      expect(await index.vectorSearch(ada, [1, 0, 0, 0], 10)).toMatchObject([
        { id: idAt(1), words: "ada's tea" },
      ]);
      expect(await index.keywordSearch(bob, ["tea"], 10)).toEqual([
        { id: idAt(1), words: "bob's tea" },
      ]);
      await index.remove(bob, [idAt(1)]);
      await index.clear(bob);
      expect(await nearestIds(index, ada)).toEqual([1]);
      expect(await nearestIds(index, bob)).toEqual([]);
    });

    it("removes what is named, ignores what is not there, and clears everything", async () => {
      const { index, ada, bob } = await given();
      await index.upsert(ada, [entry(1, {}), entry(2, {}), entry(3, {})]);
      await index.remove(ada, [idAt(2), idAt(99), idAt(2)]);
      await index.remove(ada, []);
      await index.remove(bob, [idAt(1)]);
      expect(await nearestIds(index, ada)).toEqual([3, 1]);
      await index.clear(ada);
      await index.clear(bob);
      expect(await nearestIds(index, ada)).toEqual([]);
      expect(await index.keywordSearch(ada, ["words"], 10)).toEqual([]);
    });

    it("keeps one identity while nothing happens to it", async () => {
      const { index, ada } = await given();
      const before = await index.identity(ada);
      await index.upsert(ada, [entry(1, {})]);
      await index.clear(ada);
      expect(await index.identity(ada)).toBe(before);
      expect(before).toContain(`/${conformanceDimensions}/`);
    });

    it("refuses a vector of another length, and one that is not of numbers, before anything is written", async () => {
      const { index, ada } = await given();
      const good = entry(1, {});
      for (const vector of [
        [1, 0, 0],
        [1, 0, 0, 0, 0],
        [1, Number.NaN, 0, 0],
        [1, Infinity, 0, 0],
      ]) {
        const refusal = { code: "config-invalid", message: expect.stringContaining("4") };
        await expect(index.upsert(ada, [good, entry(2, { vector })])).rejects.toMatchObject(
          refusal,
        );
        await expect(index.vectorSearch(ada, vector, 3)).rejects.toMatchObject(refusal);
      }
      expect(await nearestIds(index, ada)).toEqual([]);
    });

    it("takes twenty identical writes at once as one", async () => {
      const { index, ada } = await given();
      await Promise.all(Array.from({ length: 20 }, () => index.upsert(ada, [entry(1, {})])));
      expect(await nearestIds(index, ada)).toEqual([1]);
    });
  });
}

const timeAt = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const idAt = (second: number) => turnEpisodeId(timeAt(second), "0".repeat(16));
const orderAt = (second: number) => orderOfId(idAt(second));

/** The seconds that the hits were written for, in the hits' order. */
function secondsOf(hits: readonly { readonly id: string }[]): number[] {
  return hits.map(({ id }) => (orderOfId(id) - Date.UTC(2026, 0, 1)) / 1000);
}

function entry(
  second: number,
  { vector = [1, 0, 0, 0], words = "words" }: Partial<Pick<IndexEntry, "vector" | "words">>,
): IndexEntry {
  return { id: idAt(second), order: orderAt(second), words, vector };
}
