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
  expect(await indexes[0]?.containing(ada, ["tea"], 1)).toHaveLength(1);
  for (const index of indexes.slice(1)) expect(await index.containing(ada, ["tea"], 1)).toEqual([]);
});

it("takes one identity from any number of processes that make the collection at once", async () => {
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

it("takes more words at once than one request can carry", async () => {
  const index = createChromaIndex({ url: chroma.url, embedding: { ...embedding, name: "long" } });
  const words = "so many words ".repeat(5_000);
  const entries = Array.from({ length: 300 }, (_, order) => ({
    ...entry,
    id: `${order}`.padStart(3, "0"),
    order,
    words: `${words}${order}`,
  }));
  await index.upsert(ada, entries);
  expect(await index.containing(ada, ["words 299"], 5)).toHaveLength(1);
  await index.clear(ada);
});

it("says nothing on the console", async () => {
  const spies = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
  const index = createChromaIndex({ url: chroma.url, embedding: { ...embedding, name: "quiet" } });
  await index.upsert(ada, [entry]);
  await index.nearest(ada, [1, 0, 0, 0], 1);
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
