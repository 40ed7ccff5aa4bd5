import { describe, expect, it } from "vitest";
import type { ImportedItem } from "../../src/formats/history-source.js";
import { createTimeline } from "../../src/formats/import-timeline.js";
import { episodeSchema } from "../../src/domain/episode.js";

function item(query: string, rest: Partial<ImportedItem> = {}): ImportedItem {
  return {
    itemId: null,
    query,
    response: null,
    answer: null,
    at: null,
    coarse: false,
    task: null,
    ...rest,
  };
}

function place(items: readonly ImportedItem[], user = "ada") {
  const toEpisode = createTimeline();
  return items.map((each) => toEpisode(user, each));
}

const day = { at: "2024-05-01T00:00:00.000Z", coarse: true };

describe("createTimeline", () => {
  it("gives whole episodes of an import", () => {
    const [episode] = place([item("Tea?", { answer: "yes", ...day, task: "drinks" })]);
    expect(episodeSchema.parse(episode)).toMatchObject({
      query: "Tea?",
      groundTruth: "yes",
      at: day.at,
      source: "import",
      task: "drinks",
      personaVersion: null,
    });
  });

  it("keeps the order of items that share a day, a millisecond apart", () => {
    const episodes = place([
      item("c", day),
      item("a", day),
      item("b", { at: "2024-05-01T00:00:00.500Z" }),
    ]);
    expect(episodes.map((episode) => episode?.at)).toEqual([
      "2024-05-01T00:00:00.000Z",
      "2024-05-01T00:00:00.001Z",
      "2024-05-01T00:00:00.500Z",
    ]);
    const ids = episodes.map((episode) => episode?.id ?? "");
    expect(ids.toSorted()).toEqual(ids);
  });

  it("keeps the order of undated items, before every dated one", () => {
    const ids = place([item("b"), item("a"), item("z", { at: "0001-01-01T00:00:00.000Z" })]).map(
      (episode) => episode?.id ?? "",
    );
    expect(ids.toSorted()).toEqual(ids);
  });

  it("takes an identical item once, and keeps the same text with another answer, day or id", () => {
    const items = [
      item("Tea?", { answer: "yes", ...day }),
      item("Tea?", { answer: "yes", ...day }),
      item("Tea?", { answer: "no", ...day }),
      item("Tea?", { answer: "yes" }),
      item("Tea?", { answer: "yes", itemId: "7", ...day }),
    ];
    const episodes = place(items);
    expect(episodes.map((episode) => episode !== null)).toEqual([true, false, true, true, true]);
    expect(new Set(episodes.map((episode) => episode?.id)).size).toBe(5);
  });

  it("gives the same ids again, also after the file has grown", () => {
    const items = [item("a", day), item("a", day), item("b", day), item("c"), item("d")];
    expect(place([...items, item("e", day)]).slice(0, 5)).toEqual(place(items));
  });

  it("counts each user apart", () => {
    const toEpisode = createTimeline();
    const ada = toEpisode("ada", item("a", day));
    const bob = toEpisode("bob", item("a", day));
    expect(bob?.at).toBe(ada?.at);
    expect(bob?.id).not.toBe(ada?.id);
  });

  it("cuts text beyond an episode's limit at a code point", () => {
    const [episode] = place([item(`a${"😀".repeat(16_000)}`, { answer: "x".repeat(9_000) })]);
    expect(episode?.query).toBe(`a${"😀".repeat(15_999)}`);
    expect(episode?.groundTruth).toHaveLength(8_000);
  });
});
