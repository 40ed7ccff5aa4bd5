import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import type {
  BaseStore,
  GetOperation,
  Item,
  SearchOperation,
} from "@langchain/langgraph-checkpoint";
import { beforeEach, describe, expect, it } from "vitest";

/** Where stores differ, and memory is written so that it does not matter. A changed trait is worth knowing of. */
export interface StoreTraits {
  /** `characters`: a search for `["a", "b"]` also returns what is in `["a", "bc"]`. */
  readonly prefixBy: "labels" | "characters";
  readonly takesNul: boolean;
}

const byKey = (items: readonly Item[]) => items.map(({ key }) => key).toSorted();

/** What our memory needs of any store. `open` gives one that is set up; the caller closes it. */
export function describeStore(name: string, open: () => BaseStore, traits: StoreTraits) {
  describe(`${name} as a store`, () => {
    let store: BaseStore;
    /** A namespace of this test's own, of the lengths that ours have. */
    let space: string[];
    beforeEach(() => {
      store = open();
      space = ["persona", randomUUID().replaceAll("-", ""), "episodes"];
    });

    it("gives back what was put, and null for what was not", async () => {
      const value = {
        text: "Grüße, 世界 👩‍🚀\n\t\"'\\ $1",
        list: [1, 2.5, null, true],
        deep: { a: {} },
      };
      await store.put(space, "one", value);
      const item = await store.get(space, "one");
      expect(item?.value).toEqual(value);
      expect(item?.key).toBe("one");
      expect(item?.namespace).toEqual(space);
      expect(await store.get(space, "two")).toBeNull();
    });

    it("puts over what was there", async () => {
      await store.put(space, "one", { text: "old", only: "old" });
      await store.put(space, "one", { text: "new" });
      expect((await store.get(space, "one"))?.value).toEqual({ text: "new" });
    });

    it("deletes, also what is not there, and what is put as null", async () => {
      await store.put(space, "one", { text: "a" });
      await store.put(space, "two", { text: "b" });
      await store.delete(space, "one");
      await store.delete(space, "one");
      await store.batch([{ namespace: space, key: "two", value: null }]);
      expect(await store.search(space, { limit: 10 })).toEqual([]);
    });

    it("answers a batch of reads, and one of writes, in its order", async () => {
      await store.put(space, "old", { n: 0 });
      // Apart, because within one batch some stores read before they write, and others as it is written.
      await store.batch([
        { namespace: space, key: "one", value: { n: 1 } },
        { namespace: space, key: "two", value: { n: 2 } },
        { namespace: space, key: "old", value: null },
      ]);
      const reads: [GetOperation, GetOperation, SearchOperation, GetOperation] = [
        { namespace: space, key: "one" },
        { namespace: space, key: "three" },
        { namespacePrefix: space, limit: 10, offset: 0 },
        { namespace: space, key: "old" },
      ];
      const [one, missing, found, old] = await store.batch(reads);
      expect(one?.value).toEqual({ n: 1 });
      expect(missing).toBeNull();
      expect(byKey(found)).toEqual(["one", "two"]);
      expect(old).toBeNull();
    });

    it("lets the last of several writes of one key in a batch stand", async () => {
      const write = (key: string, value: object | null) => ({ namespace: space, key, value });
      await store.batch([
        write("gone", { n: 0 }),
        write("back", { n: 0 }),
        write("kept", { n: 0 }),
      ]);
      await store.batch([
        write("kept", { n: 1 }),
        write("kept", { n: 2 }),
        write("gone", { n: 3 }),
        write("gone", null),
        write("back", null),
        write("back", { n: 4 }),
      ]);
      const items = await store.search(space, { limit: 10 });
      expect(new Map(items.map(({ key, value }) => [key, value]))).toEqual(
        new Map([
          ["kept", { n: 2 }],
          ["back", { n: 4 }],
        ]),
      );
    });

    it("takes a large batch, whatever is in its keys and texts", async () => {
      const odd = ["NULL", "null", "{a,b}", '"', "\\", "'", "a b", " ", "$1", "é世👩‍🚀", "{}"];
      const keys = [...odd, ...Array.from({ length: 1_200 }, (_, n) => `key${n}`)];
      const valueOf = (key: string) => ({ key, text: `${key} \\u0041 \\ "${key}" \n {1,2}` });
      await store.batch(keys.map((key) => ({ namespace: space, key, value: valueOf(key) })));
      const asked = [...keys.toReversed(), "missing", "key7", "NULL"];
      const items = await store.batch(asked.map((key) => ({ namespace: space, key })));
      expect(items.map((item) => item?.value ?? null)).toEqual(
        asked.map((key) => (key === "missing" ? null : valueOf(key))),
      );
      expect(items.map((item) => item?.namespace.join("/"))).toEqual(
        asked.map((key) => (key === "missing" ? undefined : space.join("/"))),
      );
      expect(items.slice(0, 2).map((item) => item?.createdAt instanceof Date)).toEqual([
        true,
        true,
      ]);
      await store.batch(keys.slice(2).map((key) => ({ namespace: space, key, value: null })));
      expect(byKey(await store.search(space, { limit: 10 }))).toEqual(["NULL", "null"]);
    });

    it("searches through everything in pages that neither overlap nor leave out", async () => {
      const keys = Array.from({ length: 25 }, (_, i) => `key${String(i).padStart(2, "0")}`);
      // Each at an instant of its own: rows of one have no order, and pages over them may overlap. PGlite's clock
      // counts milliseconds.
      for (const key of keys) {
        await store.put(space, key, { key });
        const written = Date.now();
        while (Date.now() === written) await turn();
      }
      const pages = [];
      for (let offset = 0; offset < 40; offset += 10)
        pages.push(await store.search(space, { limit: 10, offset }));
      expect(pages.map((page) => page.length)).toEqual([10, 10, 5, 0]);
      expect(byKey(pages.flat())).toEqual(keys);
      expect(await store.search(space)).toHaveLength(10);
      expect(await store.search(space, { limit: 1_000 })).toHaveLength(25);
    });

    it("filters by an exact value", async () => {
      await store.put(space, "one", { kind: "a" });
      await store.put(space, "two", { kind: "b" });
      expect(byKey(await store.search(space, { filter: { kind: "b" }, limit: 10 }))).toEqual([
        "two",
      ]);
    });

    it("never returns a neighbour whose labels are of the same lengths", async () => {
      const [root = "", user = ""] = space;
      const neighbour = [root, user.slice(0, -1) + (user.endsWith("0") ? "1" : "0"), "episodes"];
      await store.put(space, "mine", { n: 1 });
      await store.put(neighbour, "other", { n: 2 });
      expect(byKey(await store.search(space, { limit: 10 }))).toEqual(["mine"]);
      expect(byKey(await store.search([root, user], { limit: 10 }))).toEqual(["mine"]);
    });

    it(`takes a prefix by its ${traits.prefixBy}`, async () => {
      await store.put(space, "mine", { n: 1 });
      await store.put([...space.slice(0, -1), "episodes2"], "longer", { n: 2 });
      await store.put([...space, "below"], "below", { n: 3 });
      const expected =
        traits.prefixBy === "labels" ? ["below", "mine"] : ["below", "longer", "mine"];
      expect(byKey(await store.search(space, { limit: 10 }))).toEqual(expected);
    });

    it("lists the namespaces below a prefix", async () => {
      const [root = "", user = ""] = space;
      await store.put(space, "a", { n: 1 });
      await store.put([root, user, "profile"], "b", { n: 2 });
      const below = await store.listNamespaces({ prefix: [root, user], limit: 10 });
      expect(below.map((namespace) => namespace.join("/")).toSorted()).toEqual([
        `${root}/${user}/episodes`,
        `${root}/${user}/profile`,
      ]);
    });

    it("holds a value of a million characters", async () => {
      const value = { text: "é".repeat(1_000_000) };
      await store.put(space, "big", value);
      expect((await store.get(space, "big"))?.value).toEqual(value);
    });

    it(`${traits.takesNul ? "takes" : "refuses"} NUL in a text, and goes on working`, async () => {
      const put = store.put(space, "nul", { text: "a\0b" });
      if (traits.takesNul) await put;
      else await expect(put).rejects.toThrow(/unsupported Unicode escape/);
      await store.put(space, "after", { n: 1 });
      expect(await store.get(space, "after")).not.toBeNull();
    });

    it("takes twenty identical writes at once as one", async () => {
      await Promise.all(Array.from({ length: 20 }, () => store.put(space, "same", { n: 1 })));
      expect(await store.search(space, { limit: 100 })).toHaveLength(1);
    });

    it("keeps 200 concurrent writes and answers concurrent readers with what they asked for", async () => {
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.put(space, `k${i}`, { n: i, text: `v${i}` })),
      );
      const read = await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.get(space, `k${i}`)),
      );
      expect(read.map((item) => item?.value)).toEqual(
        Array.from({ length: 200 }, (_, i) => ({ n: i, text: `v${i}` })),
      );
      expect(await store.search(space, { limit: 1_000 })).toHaveLength(200);
    });
  });
}
