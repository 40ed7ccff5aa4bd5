import {
  InMemoryStore,
  type Operation,
  type OperationResults,
} from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { memoryParts } from "../support/agents/memory-parts.js";
import { minuteAt, turnAt } from "../support/users/episodes.js";

/** A store that dies after so many changes, also in the middle of a batch. */
class DyingStore extends InMemoryStore {
  changesLeft = Number.POSITIVE_INFINITY;

  override async batch<Op extends readonly Operation[]>(
    operations: Op,
  ): Promise<OperationResults<Op>> {
    for (const [place, operation] of operations.entries()) {
      if (!("value" in operation)) continue;
      if (this.changesLeft === 0) {
        await super.batch(operations.slice(0, place));
        throw new Error("The store has died.");
      }
      this.changesLeft -= 1;
    }
    return super.batch(operations);
  }
}

const secret = turnAt(1, "My dog is called Zanzibar.");
const other = turnAt(2, "I like tea.");
const repeating = turnAt(3, "Any plans?", { response: "Walk Zanzibar by the lake." });

async function learned() {
  const store = new DyingStore();
  const memory = memoryParts({ store });
  const evidence = [secret.id, other.id];
  await memory.episodes.addMany("ada", [secret, other, repeating]);
  await memory.profiles.append("ada", {
    at: minuteAt(10),
    statements: [{ text: "Has the dog Zanzibar.", evidence, replaces: [] }],
    lastEpisodeId: repeating.id,
    episodeCount: 3,
    model: "m",
  });
  await memory.personas.append("ada", {
    parent: initialPersona,
    at: minuteAt(10),
    author: "person",
    status: "active",
    lines: [
      { text: "Ask about Zanzibar.", tool: null, evidence },
      { text: "Walks are for Zanzibar.", tool: null, evidence: [other.id] },
    ],
    reason: "Zanzibar.",
  });
  return { ...memory, store };
}

it("a deletion that is killed after any change is out of the profile and persona, and is finished by whoever comes next", async () => {
  let kills = 0;
  for (let changes = 0; ; changes += 1) {
    const { store, episodes, restart } = await learned();
    store.changesLeft = changes;
    const isDone = await episodes.delete("ada", secret.id).then(
      () => true,
      () => false,
    );
    store.changesLeft = Number.POSITIVE_INFINITY;
    if (isDone) break;
    kills += 1;
    const next = restart();
    if (changes === 0) expect(await next.episodes.get("ada", secret.id)).toEqual(secret);
    else {
      const read = [await next.profiles.history("ada"), await next.personas.history("ada")];
      expect(JSON.stringify(read), `after ${changes} changes`).not.toContain("Zanzibar");
      await next.episodes.withdrawals("ada");
    }
    expect(await next.episodes.delete("ada", secret.id)).toEqual(
      changes === 0 ? expect.objectContaining({ lines: 2 }) : null,
    );
    const stored = await store.search([], { limit: 1_000 });
    expect(JSON.stringify(stored), `after ${changes} changes`).not.toMatch(/zanzibar/i);
    expect(await next.episodes.withdrawals("ada")).toMatchObject([
      { episodeId: secret.id, responses: [repeating.id], unfinished: null },
    ]);
    expect((await next.episodes.list("ada")).map(({ response }) => response)).toEqual([
      null,
      "response 2",
    ]);
  }
  expect(kills).toBeGreaterThan(10);
});
