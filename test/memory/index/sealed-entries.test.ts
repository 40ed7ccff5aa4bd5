import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { createSeal, createSeals } from "../../../src/memory/index/sealed-entries.js";
import { userNamespaces } from "../../../src/memory/namespaces.js";
import { createStoreAccess } from "../../../src/memory/store-access.js";
import { memoryParts } from "../../support/agents/memory-parts.js";
import { turnAt } from "../../support/users/episodes.js";

const [seal, other] = [createSeal("one secret"), createSeal("another")];

describe("words in the index", () => {
  it("stand there as others, one for each, in their places; dates stay", () => {
    const sealed = seal.words(" tea green tea @anna: \n @2026 @-05 @2026-05-07 ");
    expect(sealed).toMatch(/^ (\w{8}) (\w{8}) \1 (\w{8}) \n @2026 @-05 @2026-05-07 $/);
    expect(seal.words(" green ").trim()).toBe(sealed.split(" ")[2]);
    expect(other.words(" tea ")).not.toBe(seal.words(" tea "));
  });

  it("are found by a part of them where there are no spaces, and by their beginning where they are long", () => {
    expect(seal.words(" 東京都 ")).toContain(seal.words("京都"));
    expect(seal.words(" 東京都 ")).not.toContain(seal.words("京東"));
    const long = "tea".repeat(100);
    expect(seal.words(` ${long} `)).toContain(seal.words(` ${long.slice(0, 99)}`));
  });
});

describe("vectors in the index", () => {
  it.each([2, 64, 384, 1_000])(
    "of %i numbers are turned with the user's others: their angles stay, their numbers do not",
    (length) => {
      const [one, two] = [0, 1].map((n) => Array.from({ length }, (_, i) => Math.sin(i * i + n)));
      const dot = (a: readonly number[] = [], b: readonly number[] = []) =>
        a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);
      const turned = [one, two].map((vector = []) => seal.vector(vector));
      expect(dot(turned[0], turned[1])).toBeCloseTo(dot(one, two), 10);
      expect(dot(turned[0], turned[0])).toBeCloseTo(dot(one, one), 10);
      // Who knows the text of one must not see by the sizes of its numbers which became which.
      const sizes = (vector: readonly number[] = []) =>
        new Set(vector.map((value) => Math.abs(value).toFixed(9)));
      const same = [...sizes(turned[0])].filter((size) => sizes(one).has(size));
      expect(same).toEqual([]);
      if (length < 64) return;
      expect(Math.abs(dot(turned[0], one))).toBeLessThan(0.5 * dot(one, one));
      expect(Math.abs(dot(turned[0], other.vector(one ?? [])))).toBeLessThan(0.5 * dot(one, one));
    },
  );
});

it("an entry stands as an earlier release wrote it", () => {
  expect(seal.words(" tea 東京 ")).toBe(" cd271501 x72a91x0dbcf ");
  expect(seal.vector([1, 2, 3, 4, 5]).map((value) => value.toFixed(6))).toEqual([
    "-1.218750",
    "5.078125",
    "0.171875",
    "0.546875",
    "-5.234375",
  ]);
});

describe("the secret of a user's entries", () => {
  it("is made once, whoever asks first, and is another one after an erasure", async () => {
    const store = new InMemoryStore();
    const user = userKey("ada");
    const [here, there] = [createStoreAccess(store), createStoreAccess(store)];
    const seals = [createSeals(here), createSeals(there)] as const;
    expect(await seals[0].find(user)).toBeNull();
    const made = await Promise.all(
      seals.map(async ({ make }) => (await make(user)).words(" tea ")),
    );
    expect(new Set(made).size).toBe(1);
    const inVisit = () =>
      here.visits.within(user, async () => (await seals[0].make(user)).words(" tea "));
    expect(await inVisit()).toBe(made[0]);

    // Another process erases the user; this one still has the secret at hand.
    const secret = { namespace: userNamespaces(user).index, key: "secret", value: null };
    const mark = { schemaVersion: 1, erasure: "1", at: new Date().toISOString(), isRunning: false };
    await there.writeErasing([secret]);
    await store.put(["pa1", "erased"], user, mark);
    const anew = await inVisit();
    expect(anew).not.toBe(made[0]);
    expect((await seals[1].find(user))?.words(" tea ")).toBe(anew);
  });

  it("keeps what is stored out of the index, where an erased user's words could stay", async () => {
    const { episodes, erasure, index, indexed } = memoryParts();
    await episodes.add("ada", turnAt(1, "Anna: where is the Quizzlewump?"));
    const [entry] = index.entries(userKey("ada")).values();
    expect(JSON.stringify(entry)).not.toMatch(/quizz|anna/i);
    expect((await episodes.similar("ada", "Quizzlewump", 1)).recalled).toHaveLength(1);
    await erasure.during("ada", () => erasure.erase("ada"));
    expect(indexed("ada")).toEqual([]);
    await episodes.add("ada", turnAt(1, "Anna: where is the Quizzlewump?"));
    const [again] = index.entries(userKey("ada")).values();
    expect(again?.words).not.toBe(entry?.words);
    expect(again?.vector).not.toEqual(entry?.vector);
  });
});
