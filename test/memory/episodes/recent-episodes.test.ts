import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { userNamespaces } from "../../../src/memory/namespaces.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";
import { memoryParts } from "../../support/agents/memory-parts.js";

/** Counts what is written to the window of recent episodes. */
class CountingStore extends InMemoryStore {
  pointerWrites = 0;
  override async batch(...[operations]: Parameters<InMemoryStore["batch"]>): Promise<never> {
    this.pointerWrites += operations.filter(
      (operation) => "value" in operation && operation.namespace.at(-1) === "recent",
    ).length;
    return super.batch(operations) as Promise<never>;
  }

  async pointers(userId: string): Promise<number> {
    const namespace = [...userNamespaces(userKey(userId)).recent];
    return (await this.search(namespace, { limit: 10_000 })).length;
  }
}

const matter = (n: number) => turnAt(n, `matter ${n}`);
const feedback = {
  kind: "answer",
  author: "ada",
  at: "2025-06-01T00:00:00.000Z",
  reason: null,
  inferred: null,
} as const;

describe("the window of recent episodes", () => {
  it("stays bounded over many turns, and holds the newest 256 episodes", async () => {
    const store = new CountingStore();
    const { episodes } = memoryParts({ store });
    for (let n = 0; n < 400; n += 1) await episodes.add("ada", matter(n));
    expect(await store.pointers("ada")).toBeLessThanOrEqual(320);
    const latest = (await episodes.latest("ada", 256)).map(({ id }) => id);
    expect(latest).toEqual(Array.from({ length: 256 }, (_, n) => matter(399 - n).id));
  });

  it("is written at most once by an import of thousands of episodes", async () => {
    const store = new CountingStore();
    const { episodes } = memoryParts({ store });
    await episodes.addMany(
      "ada",
      Array.from({ length: 2_000 }, (_, n) => matter(n)),
    );
    expect(store.pointerWrites).toBeLessThanOrEqual(320);
    expect((await episodes.latest("ada", 1))[0]?.id).toBe(matter(1_999).id);
  });

  it("takes older imported episodes only where there is room", async () => {
    const { episodes } = memoryParts();
    await episodes.addMany(
      "ada",
      Array.from({ length: 300 }, (_, n) => matter(n + 1_000)),
    );
    await episodes.addMany(
      "ada",
      Array.from({ length: 300 }, (_, n) => matter(n)),
    );
    const latest = (await episodes.latest("ada", 256)).map(({ id }) => id);
    expect(latest).toEqual(Array.from({ length: 256 }, (_, n) => matter(1_299 - n).id));
    const page = await episodes.list("ada", { limit: 10, before: matter(1_000).id });
    expect(page.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, n) => matter(299 - n).id),
    );
  });

  it("records when each true answer came to memory", async () => {
    const { episodes, clock } = memoryParts();
    clock.now = new Date(minuteAt(10));
    await episodes.add("ada", { ...matter(1), groundTruth: "known at once" });
    await episodes.add("ada", matter(2));
    clock.now = new Date(minuteAt(20));
    await episodes.update("ada", matter(2).id, { groundTruth: "later", feedback });
    const counts = async () =>
      Promise.all([9, 10, 19, 20].map((n) => episodes.countAnswered("ada", minuteAt(n))));
    expect(await counts()).toEqual([2, 1, 1, 0]);
    clock.now = new Date(minuteAt(30));
    // Said again, nothing new came.
    await episodes.update("ada", matter(2).id, { groundTruth: "later", feedback });
    await episodes.add("ada", { ...matter(1), groundTruth: "known at once" });
    expect(await counts()).toEqual([2, 1, 1, 0]);
    await episodes.update("ada", matter(1).id, { groundTruth: "corrected", feedback });
    expect(await counts()).toEqual([2, 2, 2, 1]);
  });
});
