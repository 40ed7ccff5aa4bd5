import { describe, expect, it, vi } from "vitest";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { userKey } from "../../../src/domain/user-id.js";
import { createCachedEmbedder } from "../../../src/memory/search/cached-embedder.js";
import { turnAt } from "../../support/users/episodes.js";
import { holdSearches } from "../../support/agents/hold-searches.js";
import { memoryParts } from "../../support/agents/memory-parts.js";
import { WordEmbeddings } from "../../support/models/word-embeddings.js";

describe("memory and its embeddings", () => {
  it("asks once for a turn: what was searched for is what is written", async () => {
    const { episodes, embeddings } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    expect(embeddings.requests).toEqual([["tea"]]);
    await episodes.similar("ada", "coffee", 5);
    await episodes.add("ada", turnAt(2, "coffee"));
    await episodes.similar("ada", "coffee", 5);
    expect(embeddings.requests).toEqual([["tea"], ["coffee"]]);
  });

  it("asks once for twenty identical concurrent writes, and never for what stands already", async () => {
    const { episodes, embeddings, index } = memoryParts();
    await Promise.all(Array.from({ length: 20 }, () => episodes.add("ada", turnAt(1, "tea"))));
    await episodes.add("ada", turnAt(1, "tea"));
    expect(embeddings.requests).toHaveLength(1);
    expect(index.calls["upsert"]).toBe(1);
    expect(index.entries(userKey("ada")).size).toBe(1);
  });

  it("asks while the store is read, in a search and in a turn that begins", async () => {
    const { episodes, embeddings, store } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    const answer = holdSearches(store);
    const searching = episodes.similar("ada", "coffee", 5);
    const finding = episodes.findTurn("ada", "none", "cocoa");
    await vi.waitFor(() => expect(embeddings.requests).toEqual([["tea"], ["coffee"], ["cocoa"]]));
    answer();
    expect((await searching).recalled).toHaveLength(1);
    expect(await finding).toBeNull();
  });

  it("a search whose early request fails goes by words, and asks no second time", async () => {
    const { episodes, embeddings, errors } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    embeddings.isAvailable = false;
    const { recalled, degraded } = await episodes.similar("ada", "tea or coffee", 5);
    expect(recalled.map(({ episode }) => episode.query)).toEqual(["tea"]);
    expect(degraded).toEqual(["embeddings-unavailable"]);
    expect(errors).toEqual(["embeddings-unavailable"]);
    expect(embeddings.requests).toEqual([["tea"], ["tea or coffee"]]);
  });

  it("an early request of a turn may fail, and nobody hears of it", async () => {
    const { episodes, embeddings, errors } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    embeddings.isAvailable = false;
    expect(await episodes.findTurn("ada", "none", "coffee")).toBeNull();
    expect(embeddings.requests).toEqual([["tea"], ["coffee"]]);
    expect(errors).toEqual([]);
  });

  it("asks nothing early for a user who has been erased since the caller began", async () => {
    const { episodes, embeddings, visits } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    const visit = visits.open(userKey("ada"));
    visit.signal.addEventListener("abort", () => visit.end());
    await visits.stop(userKey("ada"));
    const finding = visit.run(() => episodes.findTurn("ada", "none", "coffee"));
    await expect(finding).rejects.toMatchObject({ code: "memory-user-erased" });
    expect(embeddings.requests).toEqual([["tea"]]);
  });

  it("asks nothing for a user without episodes", async () => {
    const { episodes, embeddings, index } = memoryParts();
    await episodes.similar("ada", "tea", 5);
    expect(embeddings.requests).toEqual([]);
    expect(index.calls).toEqual({});
  });

  it("looks up words of a question's subject, not of its wording or options, and of its beginning", async () => {
    const { episodes, index, sealed } = memoryParts();
    const containing = vi.spyOn(index, "keywordSearch");
    await episodes.add("ada", turnAt(1, "tea"));
    await episodes.similar("ada", lampQuestion("LaMP_2N", "The quokka of Rottnest"), 5);
    await episodes.similar("ada", `${"quokka ".repeat(2_000)} 天 Rottnest`, 5);
    const expected = [
      [" rottnest ", " quokka "],
      [" quokka ", " quokk ", " quok "],
    ].map((words) => Promise.all(words.map((word) => sealed("ada", word))));
    expect(containing.mock.calls.map(([, words]) => words)).toEqual(await Promise.all(expected));
  });

  it("embeds the subject of a question, not its wording, and never an empty text", async () => {
    const { episodes, embeddings } = memoryParts();
    await episodes.add("ada", turnAt(1, lampQuestion("LaMP_3", "a fine kettle")));
    await episodes.add("ada", turnAt(2, " "));
    expect(embeddings.requests).toEqual([["a fine kettle"], ["(empty)"]]);
  });

  it("embeds an import in batches", async () => {
    const { episodes, embeddings } = memoryParts();
    await episodes.addMany(
      "ada",
      Array.from({ length: 258 }, (_, n) => turnAt(n, `matter ${n}`)),
    );
    expect(embeddings.requests.map((texts) => texts.length)).toEqual([128, 128, 2]);
  });

  it("recalls by words alone while embeddings fail, and catches up afterwards", async () => {
    const { episodes, embeddings, errors, indexed } = memoryParts();
    const [tea, trip] = [turnAt(1, "green tea"), turnAt(2, "trip to Zanzibar")];
    await episodes.add("ada", tea);
    embeddings.isAvailable = false;
    expect((await episodes.add("ada", trip)).degraded).toEqual(["embeddings-unavailable"]);
    const { recalled, degraded } = await episodes.similar("ada", "Zanzibar or tea", 5);
    expect(degraded).toEqual(["embeddings-unavailable"]);
    expect(recalled.map(({ episode }) => episode.id).toSorted()).toEqual([tea.id, trip.id]);
    expect(indexed("ada")).toEqual([tea.id]);
    expect(errors).toEqual(["embeddings-unavailable", "embeddings-unavailable"]);
    embeddings.isAvailable = true;
    expect((await episodes.similar("ada", "Zanzibar", 5)).degraded).toEqual([]);
    expect(indexed("ada")).toEqual([tea.id, trip.id]);
  });
});

describe("createCachedEmbedder", () => {
  it("gives vectors in the order of the texts, repeated ones too, with one request", async () => {
    const embeddings = new WordEmbeddings();
    const embedder = createCachedEmbedder(embeddings);
    const [a] = await embedder.embed(["a"]);
    const [b, again, c] = await embedder.embed(["b", "a", "c"]);
    expect(embeddings.requests).toEqual([["a"], ["b", "c"]]);
    expect(again).toEqual(a);
    expect(await new WordEmbeddings().embedDocuments(["b", "c"])).toEqual([b, c]);
  });

  it("holds more texts in one call than it keeps", async () => {
    const texts = Array.from({ length: 700 }, (_, n) => `text ${n}`);
    const vectors = await createCachedEmbedder(new WordEmbeddings()).embed(texts);
    expect(vectors).toEqual(await new WordEmbeddings().embedDocuments(texts));
  });

  it("asks again after a failure", async () => {
    const embeddings = new WordEmbeddings();
    const embedder = createCachedEmbedder(embeddings);
    embeddings.isAvailable = false;
    await expect(embedder.embed(["a", "b"])).rejects.toThrow("no embeddings today");
    embeddings.isAvailable = true;
    expect(await embedder.embed(["a"])).toHaveLength(1);
  });

  it.each([[[]], [[[]]], [[[Number.NaN]]], [[[1], [2]]]])(
    "refuses %j as the vectors of one text",
    async (vectors) => {
      const embeddings = { embedDocuments: async () => vectors, embedQuery: async () => [] };
      await expect(createCachedEmbedder(embeddings).embed(["a"])).rejects.toMatchObject({
        code: "model-output-invalid",
      });
    },
  );
});
