import { InMemoryStore, type SearchItem } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { userKey } from "../../src/domain/user-id.js";
import { userNamespaces } from "../../src/memory/namespaces.js";
import { createStoreAccess } from "../../src/memory/store-access.js";
import { turnAt } from "../support/users/episodes.js";
import { memoryParts } from "../support/agents/memory-parts.js";

/** Searches as PostgreSQL's store does: `LIKE 'prefix%'` over the joined labels, in no useful order. */
class PrefixStore extends InMemoryStore {
  override async search(prefix: string[], { limit = 10, offset = 0 } = {}): Promise<SearchItem[]> {
    const all = await super.search([], { limit: 1_000_000 });
    return all
      .filter((item) => item.namespace.join(":").startsWith(prefix.join(":")))
      .toReversed()
      .slice(offset, offset + limit);
  }
}

class ReadCountingStore extends InMemoryStore {
  itemsRead = 0;
  override async batch(...[operations]: Parameters<InMemoryStore["batch"]>): Promise<never> {
    const results = await super.batch(operations);
    this.itemsRead += results.flat().filter((result) => result !== null).length;
    return results as never;
  }
}

class BrokenStore extends InMemoryStore {
  isBroken = false;
  override async batch(...[operations]: Parameters<InMemoryStore["batch"]>): Promise<never> {
    if (this.isBroken) throw new Error("connection\nrefused");
    return super.batch(operations) as Promise<never>;
  }
}

describe("memory over a store", () => {
  it("reads nothing from namespaces with the same prefix", async () => {
    const store = new PrefixStore();
    const { episodes, personas, profiles } = memoryParts({ store });
    await episodes.add("ada", turnAt(1, "mine"));
    const namespaces = userNamespaces(userKey("ada"));
    for (const namespace of Object.values(namespaces)) {
      const neighbour = [...namespace.slice(0, -1), `${namespace.at(-1)}2`];
      await store.put(neighbour, turnAt(2, "foreign").id, { foreign: true });
      await store.put([...namespace, "below"], "state", { foreign: true });
    }
    await store.put(["pa1", "users2"], userKey("eve"), { foreign: true });
    expect(await episodes.list("ada")).toHaveLength(1);
    expect((await episodes.similar("ada", "mine foreign", 5)).recalled).toHaveLength(1);
    expect(await episodes.users()).toEqual(["ada"]);
    expect(await episodes.reindex()).toEqual({ episodes: 1 });
    expect(await personas.history("ada")).toHaveLength(1);
    expect(await profiles.history("ada")).toEqual([]);
  });

  it("lists all users, however many there are", async () => {
    const { episodes } = memoryParts({ store: new PrefixStore() });
    const users = Array.from({ length: 30 }, (_, n) => `user ${String(n).padStart(2, "0")}`);
    for (const user of users.toReversed()) await episodes.add(user, turnAt(1, "hi"));
    expect(await episodes.users()).toEqual(users);
  });

  it("reads namespaces larger than its first page, sorted", async () => {
    const store = new PrefixStore();
    const access = createStoreAccess(store);
    const keys = Array.from({ length: 2_500 }, (_, n) => String(n).padStart(5, "0"));
    await access.write(keys.map((key) => ({ namespace: ["a", "b"], key, value: { key } })));
    expect((await access.scan(["a", "b"])).map(({ key }) => key)).toEqual(keys);
  });

  it("says in one line that the store is unavailable, with the cause, and never returns a part", async () => {
    const store = new BrokenStore();
    const { episodes, personas, profiles } = memoryParts({ store });
    await episodes.add("ada", turnAt(1, "tea"));
    store.isBroken = true;
    const calls = [
      () => episodes.add("ada", turnAt(2, "trip")),
      () => episodes.addMany("ada", [turnAt(2, "trip")]),
      () => episodes.get("ada", turnAt(1, "tea").id),
      () => episodes.latest("ada", 1),
      () => episodes.list("ada"),
      () => episodes.similar("ada", "tea", 1),
      () => episodes.delete("ada", turnAt(1, "tea").id),
      () => episodes.users(),
      () => personas.head("ada"),
      () => profiles.current("ada"),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({
        code: "memory-store-unavailable",
        message: expect.stringMatching(/^The store did not answer \(connection refused\).*$/),
        cause: expect.objectContaining({ message: "connection\nrefused" }),
      });
    store.isBroken = false;
    expect(await episodes.list("ada")).toEqual([turnAt(1, "tea")]);
  });

  it("names the record that it cannot read", async () => {
    const { episodes, store } = memoryParts();
    await episodes.add("ada", turnAt(1, "tea"));
    const { id } = turnAt(2, "trip");
    const namespace = [...userNamespaces(userKey("ada")).episodes];
    await store.put(namespace, id, { ...turnAt(2, "trip"), schemaVersion: 99 });
    await expect(episodes.get("ada", id)).rejects.toMatchObject({
      code: "memory-record-invalid",
      message: expect.stringContaining(`${namespace.join(":")}:${id}`),
      details: { namespace, key: id },
    });
  });

  it("pages through 10,000 episodes, and reads only the window for the latest", async () => {
    const store = new ReadCountingStore();
    const { episodes } = memoryParts({ store });
    const history = Array.from({ length: 10_000 }, (_, n) => turnAt(n, `matter ${n}`));
    // Written as another process would have left them, to keep the test short.
    const access = createStoreAccess(store);
    const { episodes: namespace } = userNamespaces(userKey("ada"));
    await access.write(
      history.slice(0, -300).map((value) => ({ namespace, key: value.id, value })),
    );
    await episodes.addMany("ada", history.slice(-300));
    const ids = history.map(({ id }) => id).toReversed();
    const pageFrom = async (place: number) => {
      const before = ids[place] ?? "";
      return (await episodes.list("ada", { limit: 3, before })).map(({ id }) => id);
    };
    expect(await pageFrom(0)).toEqual(ids.slice(1, 4));
    expect(await pageFrom(290)).toEqual(ids.slice(291, 294));
    expect(await pageFrom(5_000)).toEqual(ids.slice(5_001, 5_004));
    expect(await pageFrom(9_998)).toEqual(ids.slice(9_999));
    expect(await pageFrom(9_999)).toEqual([]);
    store.itemsRead = 0;
    await episodes.latest("ada", 2);
    await episodes.countAnswered("ada", null);
    await episodes.findTurn("ada", "none");
    expect(store.itemsRead).toBeLessThan(3 * 320 + 3);
  });
});
