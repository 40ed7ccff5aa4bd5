import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { createChromaIndex } from "../../../src/memory/chroma/chroma-index.js";
import {
  type EmbeddedChroma,
  startEmbeddedChroma,
} from "../../../src/memory/chroma/embedded-server.js";
import { createCachedIndex } from "../../../src/memory/index/cached-index.js";
import { conformanceDimensions, describeEpisodeIndex } from "../../conformance/episode-index.js";

let folder: string;
let chroma: EmbeddedChroma;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chroma-index-"));
  chroma = await startEmbeddedChroma({ dataFolder: folder });
});
afterAll(async () => {
  await chroma.close();
  await rm(folder, { recursive: true });
});

const ada = userKey("ada");
const embedding = { name: "test", dimensions: conformanceDimensions };
const entry = { id: "a", order: 1, words: "tea", vector: [1, 0, 0, 0] };

describeEpisodeIndex("Chroma", async () => createChromaIndex({ url: chroma.url, embedding }));
// All users of the suite in one collection: there they can only be kept apart by the filter.
describeEpisodeIndex("Chroma, one collection", async () =>
  createChromaIndex({ url: chroma.url, embedding, collections: 1 }),
);
describeEpisodeIndex("Chroma, long history", async () =>
  createChromaIndex({
    url: chroma.url,
    embedding: { ...embedding, name: "long" },
    mostRead: 0,
  }),
);
describeEpisodeIndex("Chroma, in memory", async () =>
  createCachedIndex(
    createChromaIndex({ url: chroma.url, embedding: { ...embedding, name: "cached" } }),
    embedding,
  ),
);

it("finds the same words of a user whose entries become too many to be read", async () => {
  const index = createChromaIndex({
    url: chroma.url,
    embedding: { ...embedding, name: "growing" },
    mostRead: 3,
  });
  const entries = ["tea", "tea and sake", "tea", "coffee", "sake"].map((words, order) => ({
    ...entry,
    id: `${order}`,
    order,
    words,
  }));
  const found = async () =>
    (await index.keywordSearch(ada, ["tea", "sake"], 9)).map(({ id }) => id);
  await index.upsert(ada, entries.slice(0, 3));
  expect(await found()).toEqual(["1", "2", "0"]);
  await index.upsert(ada, entries);
  expect(await found()).toEqual(["1", "4", "2", "0"]);
  await index.clear(ada);
  expect(await found()).toEqual([]);
});

it("has another identity, and other entries, for another embedding, dimension or number of collections", async () => {
  const settings = [
    { embedding, collections: 2 },
    { embedding: { name: "openai:text-embedding-3-small / ütf", dimensions: 4 }, collections: 2 },
    { embedding: { name: "test", dimensions: 5 }, collections: 2 },
    { embedding, collections: 3 },
  ];
  const indexes = settings.map((each) => createChromaIndex({ url: chroma.url, ...each }));
  const identities = await Promise.all(indexes.map((index) => index.identity(ada)));
  expect(new Set(identities).size).toBe(4);
  await indexes[0]?.upsert(ada, [entry]);
  expect(await indexes[0]?.keywordSearch(ada, ["tea"], 1)).toHaveLength(1);
  for (const index of indexes.slice(1))
    expect(await index.keywordSearch(ada, ["tea"], 1)).toEqual([]);
});

it("has one identity when several processes create the collection at once", async () => {
  const identities = await Promise.all(
    Array.from({ length: 20 }, () =>
      createChromaIndex({
        url: chroma.url,
        embedding: { ...embedding, name: "at once" },
      }).identity(ada),
    ),
  );
  expect(new Set(identities).size).toBe(1);
});

it("finds text that many users have said in the same words, for each of them", async () => {
  // Seen before each user's vectors were kept apart: of 100 users with five equal queries each, 42 did not
  // find theirs, and 70 did not get a full list of anything.
  const index = createChromaIndex({
    url: chroma.url,
    embedding: { name: "equal", dimensions: 32 },
    collections: 1,
  });
  let state = 1;
  const random = () =>
    (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  const anything = () => Array.from({ length: 32 }, random);
  const thanks = anything();
  const users = Array.from({ length: 20 }, (_, user) => userKey(`user ${user}`));
  for (const user of users)
    await index.upsert(
      user,
      Array.from({ length: 24 }, (_, order) => ({
        id: `${order}`.padStart(2, "0"),
        order,
        words: order % 2 === 0 ? "thanks" : "other",
        vector: order % 2 === 0 ? thanks : anything(),
      })),
    );
  for (const user of users) {
    const [best] = await index.vectorSearch(user, thanks, 1);
    expect(best).toMatchObject({ id: "22", words: "thanks" });
    expect(best?.nearness).toBeCloseTo(1, 3);
    expect(await index.vectorSearch(user, anything(), 16)).toHaveLength(16);
  }
});

it("prints nothing on the console", async () => {
  const spies = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
  const index = createChromaIndex({ url: chroma.url, embedding: { ...embedding, name: "quiet" } });
  await index.upsert(ada, [entry]);
  await index.vectorSearch(ada, [1, 0, 0, 0], 1);
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
