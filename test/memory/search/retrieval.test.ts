import { describe, expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { userNamespaces } from "../../../src/memory/namespaces.js";
import { memoryParts } from "../../support/agents/memory-parts.js";
import { turnAt } from "../../support/users/episodes.js";

type Episodes = ReturnType<typeof memoryParts>["episodes"];
const found = async (episodes: Episodes, query: string, limit = 6) =>
  (await episodes.similar("ada", query, limit)).recalled.map(({ episode }) => episode.query);
const alone = (n: number, query: string, change = {}) =>
  turnAt(n, query, { threadId: `thread ${n}`, response: null, ...change });

describe("what is recalled by words", () => {
  it("is found by other forms of a word, in the language of the text", async () => {
    const { episodes } = memoryParts();
    await episodes.addMany("ada", [
      alone(1, "My neighbours have adopted two puppies."),
      alone(2, "Ich habe gestern meine alten Bücher verkauft."),
      alone(3, "Nothing to see here."),
    ]);
    expect((await found(episodes, "Did my neighbour adopt a puppy?"))[0]).toMatch(/puppies/);
    expect((await found(episodes, "Welches Buch ist das?"))[0]).toMatch(/Bücher/);
  });

  it("is found by who said it", async () => {
    const { episodes } = memoryParts();
    await episodes.addMany("ada", [
      alone(1, "Bo: Anna, shall we go hiking in Norway, in the mountains?"),
      alone(2, "Anna: I would rather go hiking in Norway."),
      alone(3, "Bo: Hiking in Norway it is, Anna, Anna, Anna."),
    ]);
    expect((await found(episodes, "Where did Anna say she goes hiking?"))[0]).toMatch(/^Anna:/);
  });

  it("is found by when it was, counted from now", async () => {
    const { episodes, clock } = memoryParts();
    clock.now = new Date("2026-03-01T00:00:00.000Z");
    const tea = (n: number, at: string) => alone(n, `I drank a tea of kind ${n}`, { at });
    // The dates are what memory is told, whatever the place in the time line.
    await episodes.addMany("ada", [
      tea(1, "2024-05-03T10:00:00.000Z"),
      tea(2, "2025-05-03T10:00:00.000Z"),
      tea(3, "2025-11-03T10:00:00.000Z"),
      tea(4, "2026-02-03T10:00:00.000Z"),
    ]);
    expect((await found(episodes, "Which tea did I drink last May?"))[0]).toMatch(/kind 2/);
    expect((await found(episodes, "Which tea did I drink in 2024?"))[0]).toMatch(/kind 1/);
    expect((await found(episodes, "Which tea did I drink last month?"))[0]).toMatch(/kind 4/);
  });
});

describe("what stood around an episode in its thread", () => {
  const talk = [
    "Which instrument should I learn?",
    "The second one, please.",
    "Thanks, that is all.",
  ].map((query, n) => turnAt(10 + n, query, { response: n === 0 ? "Cello or trumpet?" : "Sure." }));
  const other = turnAt(11.5, "What is the weather?", { threadId: "other", response: "Dry." });

  it("finds it, and nothing of another thread", async () => {
    const { episodes } = memoryParts();
    for (const episode of [...talk, other]) await episodes.add("ada", episode);
    const queries = await found(episodes, "trumpet");
    expect(queries[0]).toBe(talk[0]?.query);
    expect(queries.slice(1, 3).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [talk[1]?.query ?? "", talk[2]?.query ?? ""].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it.each(["one by one", "backwards", "at once", "by a rebuild"])(
    "is the same when it was written %s",
    async (way) => {
      const { episodes, index, sealed } = memoryParts();
      const order = way === "backwards" ? talk.toReversed() : talk;
      if (way === "at once") await episodes.addMany("ada", [...talk, other]);
      else for (const episode of [...order, other]) await episodes.add("ada", episode);
      if (way === "by a rebuild") await episodes.reindex("ada");
      const words = [...talk, other].map(({ id }) => index.entries(userKey("ada")).get(id)?.words);
      const word = await sealed("ada", " trumpet ");
      const trumpet = words.map((lines) => lines?.split("\n").map((line) => line.includes(word)));
      expect(trumpet).toEqual([
        [true, false, false, false],
        [false, true, false, false],
        [false, false, true, false],
        [false, false, false, false],
      ]);
    },
  );

  it("is no longer found by what was deleted or corrected", async () => {
    const { episodes, index, sealed } = memoryParts();
    await episodes.addMany("ada", talk);
    const trumpet = await sealed("ada", "trumpet");
    const all = () => [...index.entries(userKey("ada")).values()].map(({ words }) => words).join();
    expect(all()).toContain(trumpet);
    await episodes.delete("ada", talk[0]?.id ?? "");
    expect(all()).not.toContain(trumpet);
    const feedback = {
      kind: "answer",
      author: "ada",
      at: "2025-06-01T00:00:00.000Z",
      reason: null,
      inferred: null,
    } as const;
    await episodes.update("ada", talk[1]?.id ?? "", { groundTruth: "the oboe", feedback });
    expect(index.entries(userKey("ada")).get(talk[2]?.id ?? "")?.words).toContain(
      await sealed("ada", " obo "),
    );
  });

  it("comes into the index with it after the index was away, at a deletion too", async () => {
    const { episodes, index, sealed } = memoryParts();
    await episodes.add("ada", talk[0] as (typeof talk)[number]);
    index.isAvailable = false;
    await episodes.add("ada", talk[1] as (typeof talk)[number]);
    index.isAvailable = true;
    await found(episodes, "anything");
    const words = (n: number) => index.entries(userKey("ada")).get(talk[n]?.id ?? "")?.words;
    const second = await sealed("ada", " second ");
    expect(words(0)).toContain(second);
    index.isAvailable = false;
    await episodes.delete("ada", talk[1]?.id ?? "");
    index.isAvailable = true;
    await found(episodes, "anything");
    expect(words(0)).not.toContain(second);
  });

  it("is found in a long history, and when an old episode of it changes", async () => {
    const { episodes, index, sealed } = memoryParts();
    const backlog = Array.from({ length: 400 }, (_, n) => turnAt(100 + n, `matter ${n}`));
    await episodes.addMany("ada", [...talk, ...backlog]);
    const words = (n: number) => index.entries(userKey("ada")).get(talk[n]?.id ?? "")?.words;
    const trumpet = await sealed("ada", " trumpet ");
    expect(words(1)).toContain(trumpet);
    await episodes.delete("ada", talk[0]?.id ?? "");
    expect(words(1)).not.toContain(trumpet);
    const around = index.entries(userKey("ada")).get(backlog[128]?.id ?? "")?.words;
    expect(around).toContain(await sealed("ada", " 126 "));
    expect(around).toContain(await sealed("ada", " 127 "));
  });
});

describe("copies", () => {
  it("of one question do not push everything else out, however many", async () => {
    const { episodes } = memoryParts();
    const asked = Array.from({ length: 200 }, (_, n) =>
      alone(n + 10, "What can I cook tonight?", { response: `A soup, number ${n}.` }),
    );
    await episodes.addMany("ada", [alone(1, "I never eat mushrooms."), ...asked]);
    expect((await found(episodes, "What can I cook tonight?")).toSorted()).toEqual([
      "I never eat mushrooms.",
      "What can I cook tonight?",
    ]);
  });
});

describe("an index that an earlier version filled", () => {
  it("is filled again once, by itself, and searched by words meanwhile", async () => {
    const { episodes, index, store, restart } = memoryParts();
    await episodes.addMany("ada", [alone(1, "I adopted a puppy."), alone(2, "I like tea.")]);
    // As it was before: the index's own name alone, and the text itself.
    const namespace = [...userNamespaces(userKey("ada")).index];
    const identity = await index.identity();
    await store.put(namespace, "state", { schemaVersion: 1, identity });
    for (const entry of index.entries(userKey("ada")).values())
      index.entries(userKey("ada")).set(entry.id, { ...entry, words: "i adopted a puppy.\n\n" });
    const later = restart().episodes;
    const first = await later.similar("ada", "Which puppies?", 1);
    expect(first.degraded).toEqual(["index-rebuilding"]);
    expect(first.recalled[0]?.episode.query).toBe("I adopted a puppy.");
    await later.settled();
    const second = await later.similar("ada", "Which puppies?", 1);
    expect(second.degraded).toEqual([]);
    expect(second.recalled[0]?.episode.query).toBe("I adopted a puppy.");
    const upserts = index.calls["upsert"];
    expect((await restart().episodes.similar("ada", "Which puppies?", 1)).degraded).toEqual([]);
    expect(index.calls["upsert"]).toBe(upserts);
  });
});
