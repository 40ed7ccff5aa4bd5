import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/index.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { turnAt } from "../support/users/episodes.js";
import { PlatformStore } from "../../src/graph/platform-store.js";

const ada = { context: { userId: "ada" } };
const platform = { STORE: "platform", INDEX: "in-process" };

function say(content: string) {
  return { messages: [{ role: "user", content }] };
}

describe("STORE=platform", () => {
  it("keeps memory in the store that the server gives the graph", async () => {
    const agent = await openPersonaAgent(platform, { keepThreads: false });
    try {
      const { graph } = agent;
      // As LangGraph's server does with every graph that it loads.
      const store = new InMemoryStore();
      graph.store = store;
      await graph.invoke(say("I never eat meat."), ada);
      const second = await graph.invoke(say("What did I say about meat?"), ada);
      expect(second.degraded).toEqual([]);
      expect(second.recalled.map(({ query }) => query)).toContain("I never eat meat.");
      expect(JSON.stringify(await store.search([]))).toContain("I never eat meat.");
    } finally {
      await agent.close();
    }
  });

  it("aligns from the store that the server gives the graph, and recalls from it in simulations", async () => {
    const agent = createPersonaAgent({ store: new PlatformStore(), backgroundAlignment: false });
    const store = new InMemoryStore();
    const same = createPersonaAgent({ store, backgroundAlignment: false });
    const answers = ["curry", "soup"];
    const episodes = Array.from({ length: 12 }, (_, n) =>
      turnAt(n, `Pick a dinner on day ${n}. Answer with one of: curry, soup.`, {
        groundTruth: answers[n % 2] ?? null,
      }),
    );
    await same.memory.episodes.addMany("ada", episodes);
    const { alignmentGraph } = agent;
    alignmentGraph.store = store;
    const state = await alignmentGraph.invoke({}, ada);
    expect(state.answers).not.toEqual([]);
    expect(state.answers.flatMap(({ recalled }) => recalled)).not.toEqual([]);
    expect(state.degraded).toEqual([]);
    expect(await same.memory.alignments.get("ada")).toMatchObject({ status: "idle", error: null });
    expect((await same.memory.personas.history("ada")).length).toBeGreaterThan(1);
  });

  it("opens no data folder and no database", async () => {
    const agent = await openPersonaAgent(platform, { dataDir: "/nowhere/at/all" });
    expect(agent.info).toMatchObject({ index: "in-process", dataDir: null });
    await agent.close();
  });

  it("keeps the stores of graphs apart", async () => {
    const [one, other] = [new InMemoryStore(), new InMemoryStore()];
    const agent = createPersonaAgent({ store: new PlatformStore() });
    for (const [store, text] of [
      [one, "I like tea."],
      [other, "I like coffee."],
    ] as const) {
      agent.graph.store = store;
      await agent.graph.invoke(say(text), ada);
    }
    const words = async (store: InMemoryStore) => JSON.stringify(await store.search([]));
    expect(await words(one)).not.toContain("coffee");
    expect(await words(other)).toContain("coffee");
  });
});

describe("STORE=platform without a server", () => {
  const agent = createPersonaAgent({ store: new PlatformStore() });

  it("says in one line what to do", async () => {
    await expect(agent.memory.episodes.latest("ada", 1)).rejects.toMatchObject({
      code: "memory-store-unavailable",
      message: expect.stringMatching(/^STORE=platform was set, but [^\n]+Unset STORE[^\n]+$/),
    });
  });

  it("answers a turn without memory, and says so", async () => {
    const { degraded } = await agent.graph.invoke(say("Hi."), ada);
    expect(degraded).toContain("store-unavailable");
  });
});
