import { HumanMessage } from "@langchain/core/messages";
import type { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { agentUnderTest } from "../support/agents/agent-under-test.js";

const ada = (threadId: string) => ({
  configurable: { thread_id: threadId },
  context: { userId: "ada" },
  durability: "sync" as const,
});
const hi = { messages: [new HumanMessage("Where shall I eat?")] };

describe("the episode of a turn", () => {
  it.each(["persona-loaded", "memory-recalled", "episode-written"])(
    "is one episode when the run is killed at %s and resumed",
    async (kind) => {
      const { graph, memory } = agentUnderTest(["Luigi's.", "Luigi's."]);
      const kill = new AbortController();
      const run = async () => {
        const stream = await graph.stream(hi, {
          ...ada("t"),
          streamMode: "custom",
          signal: kill.signal,
        });
        for await (const event of stream) if (event.kind === kind) kill.abort();
      };
      await expect(run()).rejects.toThrow();
      await graph.invoke(null, ada("t"));
      expect(await memory.episodes.latest("ada", 10)).toHaveLength(1);
    },
  );

  it("gets the new response when the turn runs again from before its answer, and keeps the old one", async () => {
    const { graph, memory, clock } = agentUnderTest(["Luigi's.", "At home."]);
    await graph.invoke(hi, ada("t"));
    clock.advanceDays(1);
    for await (const snapshot of graph.getStateHistory(ada("t")))
      if (snapshot.next[0] === "reason")
        await graph.invoke(null, { ...ada("t"), ...snapshot.config });
    expect(await memory.episodes.latest("ada", 10)).toMatchObject([
      { response: "At home.", replacedResponses: ["Luigi's."] },
    ]);
  });

  it("gets the new response when the turn runs again from its beginning", async () => {
    const { graph, memory, clock } = agentUnderTest(["Luigi's.", "At home."]);
    await graph.invoke(hi, ada("t"));
    clock.advanceDays(1);
    for await (const snapshot of graph.getStateHistory(ada("t")))
      if (snapshot.next[0] === "load-persona")
        await graph.invoke(null, { ...ada("t"), ...snapshot.config });
    expect(await memory.episodes.latest("ada", 10)).toMatchObject([
      { response: "At home.", replacedResponses: ["Luigi's."] },
    ]);
  });

  it("is not recalled in the same turn when it runs again", async () => {
    const { graph } = agentUnderTest(["Luigi's.", "At home."]);
    await graph.invoke(hi, ada("t"));
    for await (const snapshot of graph.getStateHistory(ada("t")))
      if (snapshot.next[0] === "load-persona") {
        const again = await graph.invoke(null, { ...ada("t"), ...snapshot.config });
        expect(again.recalled).toEqual([]);
      }
  });

  it("is a new one when the same question is asked a day later, in a new thread or the same", async () => {
    const { graph, memory, clock } = agentUnderTest(["One.", "Two.", "Three."]);
    await graph.invoke(hi, ada("t"));
    clock.advanceDays(1);
    const again = { messages: [new HumanMessage("Where shall I eat?")] };
    await graph.invoke(again, ada("t"));
    clock.advanceDays(1);
    await graph.invoke({ messages: [new HumanMessage("Where shall I eat?")] }, ada("u"));
    const latest = await memory.episodes.latest("ada", 10);
    expect(latest.map(({ response }) => response)).toEqual(["Three.", "Two.", "One."]);
  });

  it("is the same when a message is sent again under its id, and gets the new answer", async () => {
    const { graph, memory } = agentUnderTest(["One.", "Two."]);
    const message = () => ({ messages: [new HumanMessage({ id: "m1", content: "Hello?" })] });
    await graph.invoke(message(), ada("t"));
    const { messages } = await graph.invoke(message(), ada("t"));
    expect(messages.map(({ text }) => text)).toEqual(["Hello?", "Two."]);
    expect(await memory.episodes.latest("ada", 10)).toHaveLength(1);
  });
});

describe("a memory that fails", () => {
  it("does not fail the turn when the index is unavailable, and finds the episode once it is back", async () => {
    const { ask, memory, index } = agentUnderTest(["Noted.", "Noted.", "Quiet ones."]);
    await ask("ada", "I like quiet restaurants.");
    index.isDown = true;
    const { answer, degraded, episodeId } = await ask("ada", "I never eat peanuts.");
    expect(answer).toBe("Noted.");
    expect(degraded).toEqual(["index-unavailable"]);
    expect(await memory.episodes.get("ada", episodeId ?? "")).not.toBeNull();
    index.isDown = false;
    const { recalled, degraded: later } = await ask("ada", "Do I eat peanuts?");
    expect(recalled.map(({ id }) => id)).toContain(episodeId);
    expect(later).toEqual([]);
  });

  it("recalls by words while embeddings are unavailable, and says so", async () => {
    const { ask, embeddings } = agentUnderTest(["Noted.", "No.", "No."]);
    await ask("ada", "I never eat peanuts.");
    embeddings.isDown = true;
    const { recalled, degraded } = await ask("ada", "May I have peanuts today?");
    expect(recalled).toHaveLength(1);
    expect(degraded).toEqual(["embeddings-unavailable"]);
    embeddings.isDown = false;
    const healed = await ask("ada", "Are peanuts good for me?");
    expect(healed.degraded).toEqual([]);
    expect(healed.recalled).toHaveLength(2);
  });

  it("does not fail the turn when the store is unavailable, and says that nothing was stored", async () => {
    const { ask, store } = agentUnderTest(["Hello."]);
    const batch = store.batch.bind(store);
    store.batch = () => Promise.reject(new Error("The store is down."));
    const { answer, degraded, episodeId } = await ask("ada", "Hello?");
    store.batch = batch;
    expect(answer).toBe("Hello.");
    expect(episodeId).toBeNull();
    expect(degraded).toEqual([
      "store-unavailable",
      "alignment-not-scheduled",
      "reflection-not-scheduled",
    ]);
  });

  it("does not fail the turn when a record is unreadable", async () => {
    const { ask, store } = agentUnderTest(["Noted.", "Hello."]);
    await ask("ada", "I never eat peanuts.");
    for (const { namespace, key, value } of await store.search([], { limit: 100 }))
      if ("query" in value) await store.put(namespace, key, { ...value, schemaVersion: 99 });
    const { answer, degraded } = await ask("ada", "May I eat peanuts?");
    expect(answer).toBe("Hello.");
    expect(degraded).toContain("record-unreadable");
  });

  it("retries the write before it gives up an episode", async () => {
    const { ask, store, memory } = agentUnderTest(["Hello."]);
    const batch = store.batch.bind(store);
    const failures = failFirstWrite(store, batch);
    const { degraded, episodeId } = await ask("ada", "Hello?");
    expect(failures.count).toBe(1);
    expect(degraded).toEqual([]);
    expect(await memory.episodes.get("ada", episodeId ?? "")).toMatchObject({ query: "Hello?" });
  });
});

function failFirstWrite(store: InMemoryStore, batch: InMemoryStore["batch"]) {
  const failures = { count: 0 };
  store.batch = ((operations) => {
    const writes = operations.some((operation) => "value" in operation);
    if (!writes || failures.count > 0) return batch(operations);
    failures.count += 1;
    return Promise.reject(new Error("The store is down."));
  }) as InMemoryStore["batch"];
  return failures;
}
