import { expect, it } from "vitest";
import { userKey, type UserKey } from "../../../src/domain/user-id.js";
import { createCachedIndex } from "../../../src/memory/index/cached-index.js";
import type { IndexEntry } from "../../../src/memory/index/episode-index.js";
import { createInProcessIndex } from "../../../src/memory/index/in-process-index.js";

const dimensions = 2;
const ada = userKey("ada");
const bob = userKey("bob");
const tea: IndexEntry = { id: "a", order: 1, words: " tea ", vector: [1, 0] };
const sake: IndexEntry = { id: "b", order: 2, words: " sake ", vector: [0, 1] };
const many = (count: number): IndexEntry[] =>
  Array.from({ length: count }, (_, order) => ({ ...tea, id: `many-${order}`, order }));

/** An index, what was asked of it, and a cache before it. */
function given({ maxBytes }: { readonly maxBytes?: number } = {}) {
  const searched = createInProcessIndex({ name: "test", dimensions });
  const written = new Map<UserKey, Map<string, IndexEntry>>();
  const asked: string[] = [];
  const state = { identity: "first", isAway: false, beforePage: async () => {} };
  const note = (what: string) => {
    asked.push(what);
    if (state.isAway) throw new Error("The index is away.");
  };
  const index = createCachedIndex(
    {
      ...searched,
      identity: async () => state.identity,
      async upsert(user, entries) {
        note("upsert");
        const mine = written.get(user) ?? new Map<string, IndexEntry>();
        for (const entry of entries) mine.set(entry.id, entry);
        written.set(user, mine);
        await searched.upsert(user, entries);
      },
      async remove(user, ids) {
        note("remove");
        for (const id of ids) written.get(user)?.delete(id);
        await searched.remove(user, ids);
      },
      async vectorSearch(...search) {
        note("vectorSearch");
        return searched.vectorSearch(...search);
      },
      async keywordSearch(...search) {
        note("keywordSearch");
        return searched.keywordSearch(...search);
      },
      async clear(user) {
        note("clear");
        written.delete(user);
        await searched.clear(user);
      },
      async entries(user, from, most) {
        note("entries");
        const page = [...(written.get(user)?.values() ?? [])].slice(from, from + most);
        await state.beforePage();
        return page;
      },
    },
    { dimensions, ...(maxBytes !== undefined && { maxBytes }) },
  );
  const nearest = async (user = ada, vector = [1, 0]) =>
    (await index.vectorSearch(user, vector, 1000)).map(({ id }) => id);
  const holding = async (word: string, user = ada) =>
    (await index.keywordSearch(user, [word], 1000)).map(({ id }) => id);
  return { index, asked, state, nearest, holding, dropped: () => asked.splice(0) };
}

it("reads a user's entries once, for searches at the same time too, and then asks for nothing", async () => {
  const { index, asked, nearest, holding, dropped } = given();
  await index.upsert(ada, [tea, sake]);
  dropped();
  expect(await Promise.all([nearest(), holding(" sake ")])).toEqual([["a", "b"], ["b"]]);
  expect(await nearest(ada, [0, 1])).toEqual(["b", "a"]);
  expect(asked).toEqual(["entries"]);
});

it("knows what is written, replaced and removed since, and of nobody else", async () => {
  const { index, asked, nearest, holding, dropped } = given();
  await index.upsert(ada, [tea]);
  await index.upsert(bob, [tea]);
  await nearest();
  await index.upsert(ada, [sake, { ...tea, words: " coffee " }]);
  dropped();
  expect(await holding(" tea ")).toEqual([]);
  expect(await holding(" coffee ")).toEqual(["a"]);
  expect(await nearest()).toEqual(["a", "b"]);
  expect(asked).toEqual([]);
  await index.remove(ada, ["a"]);
  expect(await nearest()).toEqual(["b"]);
  expect(await nearest(bob)).toEqual(["a"]);
  await index.clear(ada);
  expect(await nearest()).toEqual([]);
});

it("keeps what is written while the entries are read", async () => {
  const { index, state, nearest } = given();
  await index.upsert(ada, [tea]);
  state.beforePage = async () => {
    state.beforePage = async () => {};
    await index.upsert(ada, [sake]);
  };
  await nearest();
  expect(await nearest()).toEqual(["a", "b"]);
});

it("goes on reading many entries while the user writes, and keeps what was written", async () => {
  const { index, asked, state, nearest, holding, dropped } = given();
  await index.upsert(ada, many(1_300));
  let pages = 0;
  state.beforePage = async () => {
    // The page has been read, and comes back after what replaces one of its entries, and adds one.
    pages += 1;
    const [replaced] = many(1);
    if (replaced !== undefined) await index.upsert(ada, [{ ...replaced, words: ` in ${pages} ` }]);
    await index.upsert(ada, [{ ...tea, id: `new-${pages}` }]);
  };
  await nearest();
  await expect.poll(() => pages).toBe(4);
  dropped();
  expect(await holding(" 4 ")).toEqual(["many-0"]);
  expect(await holding(" 3 ")).toEqual([]);
  expect(await index.vectorSearch(ada, [1, 0], 2_000)).toHaveLength(1_304);
  expect(asked).toEqual([]);
});

it("keeps no part of what is removed while further pages are read, and loses no other", async () => {
  const { index, asked, state, nearest } = given();
  await index.upsert(ada, many(1_300));
  const pages = () => asked.filter((what) => what === "entries").length;
  state.beforePage = async () => {
    if (pages() !== 1) return;
    await index.remove(ada, ["many-0"]);
  };
  await nearest();
  await expect.poll(async () => nearest().then(() => pages())).toBeGreaterThanOrEqual(5);
  await expect
    .poll(async () => {
      asked.length = 0;
      const found = await nearest();
      return asked.length === 0 && found.length;
    })
    .toBe(1_000);
  const found = await index.vectorSearch(ada, [1, 0], 2_000);
  expect(found.map(({ id }) => id)).toContain("many-128");
  expect(found).toHaveLength(1_299);
});

it("keeps nothing of what was cleared while it was read", async () => {
  const { index, state, nearest } = given();
  await index.upsert(ada, [tea]);
  state.beforePage = async () => {
    state.beforePage = async () => {};
    await index.clear(ada);
  };
  await nearest();
  expect(await nearest()).toEqual([]);
});

it("knows no more than the index has taken, and tells its failure", async () => {
  const { index, state, nearest } = given();
  await index.upsert(ada, [tea]);
  await nearest();
  state.isAway = true;
  await expect(index.upsert(ada, [sake])).rejects.toThrow("away");
  await expect(index.remove(ada, ["a"])).rejects.toThrow("away");
  expect(await nearest()).toEqual(["a"]);
  await expect(nearest(bob)).rejects.toThrow("away");
  state.isAway = false;
  expect(await nearest(bob)).toEqual([]);
});

it("searches the index itself until the many entries of a user are read", async () => {
  const { index, asked, nearest, dropped } = given();
  await index.upsert(ada, many(1_300));
  dropped();
  expect(await nearest()).toHaveLength(1_000);
  expect(asked).toContain("vectorSearch");
  await expect.poll(() => asked.filter((what) => what === "entries").length).toBe(4);
  dropped();
  expect(await nearest()).toHaveLength(1_000);
  expect(asked).toEqual([]);
});

it("keeps nobody who needs more than half of its memory, and not more users than fit", async () => {
  const { index, asked, nearest, dropped } = given({ maxBytes: 10_000 });
  await index.upsert(ada, many(100));
  expect(await nearest()).toHaveLength(100);
  await index.upsert(ada, many(1_000));
  dropped();
  expect(await nearest()).toHaveLength(1_000);
  expect(asked).toEqual(["vectorSearch"]);
  for (let each = 0; each < 5; each += 1) {
    await index.upsert(userKey(`user ${each}`), many(50));
    await nearest(userKey(`user ${each}`));
  }
  dropped();
  await nearest(userKey("user 0"));
  expect(asked).toEqual(["entries"]);
});

it("counts what entries have grown to", async () => {
  const { index, asked, nearest, dropped } = given({ maxBytes: 10_000 });
  const users = Array.from({ length: 30 }, (_, n) => userKey(`growing ${n}`));
  for (const user of users) {
    await index.upsert(user, many(1));
    await nearest(user);
  }
  for (const user of users) await index.upsert(user, many(100));
  dropped();
  for (const user of users) await nearest(user);
  expect(asked.length).toBeGreaterThan(20);
});

it("reads again when the entries live somewhere else", async () => {
  const { index, asked, state, nearest, dropped } = given();
  await index.upsert(ada, [tea]);
  await index.identity(ada);
  await nearest();
  state.identity = "second";
  await index.identity(ada);
  dropped();
  expect(await nearest()).toEqual(["a"]);
  expect(asked).toEqual(["entries"]);
});

it("asks the index each time of whom nothing is kept, which tells whether it can be reached", async () => {
  const { asked, nearest } = given();
  await nearest(bob);
  await nearest(bob);
  expect(asked).toEqual(["entries", "entries"]);
});
