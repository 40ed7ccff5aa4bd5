import { HumanMessage } from "@langchain/core/messages";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import type { AgentGraph } from "../../src/graph/agent.js";
import { agentUnderTest, threadOf } from "../support/agents/agent-under-test.js";
import { callsTools, type ScriptedReply } from "../support/models/scripted-model.js";

const inThread = { configurable: { thread_id: "t" }, context: { userId: "ada" } };
const hi = { messages: [new HumanMessage("Where shall I eat?")] };

async function stepsOf(graph: AgentGraph) {
  const steps = [];
  for await (const { next } of graph.getStateHistory(inThread)) steps.push(next);
  return steps.toReversed();
}

/** Two processes on one store and one checkpointer; the first is killed where it waits for ever. */
async function killedAt(
  stop: "before the answer" | "after the answer",
  ...replies: readonly ScriptedReply[]
) {
  const checkpointer = new MemorySaver();
  let reached: () => void = () => undefined;
  const isThere = new Promise<void>((resolve) => (reached = resolve));
  const first = agentUnderTest(["Luigi's."], { checkpointer });
  const wait = () => {
    reached();
    return new Promise<never>(() => undefined);
  };
  if (stop === "before the answer") first.model._generate = wait;
  else {
    const batch = first.store.batch.bind(first.store);
    first.store.batch = ((operations) =>
      operations.some((operation) => "value" in operation)
        ? wait()
        : batch(operations)) as typeof batch;
  }
  void first.ask("ada", "Where shall I eat?", { threadId: "t" });
  await isThere;
  return agentUnderTest(replies, { checkpointer });
}

describe("of a turn's steps", () => {
  it("the one before each model call and the last are kept", async () => {
    const look = callsTools({ name: "recall_memory", args: { query: "food" } });
    const { graph } = agentUnderTest([look, "Luigi's.", "At home."]);
    await graph.invoke(hi, inThread);
    expect(await stepsOf(graph)).toEqual([["reason"], ["reason"], []]);
    await graph.invoke({ messages: [new HumanMessage("And now?")] }, inThread);
    expect(await stepsOf(graph)).toHaveLength(5);
  });

  it("all are kept when the run names its durability", async () => {
    const { graph } = agentUnderTest(["Luigi's."]);
    await graph.invoke(hi, { ...inThread, durability: "async" });
    expect((await stepsOf(graph)).map(([next]) => next)).toEqual([
      "__start__",
      "load-persona",
      "retrieve-memory",
      "reason",
      "write-memory",
      "schedule-alignment",
      undefined,
    ]);
  });

  it.each(["retrieve-memory", "write-memory"] as const)(
    "the one is kept where a run is interrupted, before %s, and the run goes on from it",
    async (node) => {
      const { graph, model, memory } = agentUnderTest(["Luigi's."]);
      await graph.invoke(hi, { ...inThread, interruptBefore: [node] });
      expect((await graph.getState(inThread)).next).toEqual([node]);
      const { messages } = await graph.invoke(null, inThread);
      expect(messages.map(({ text }) => text)).toEqual(["Where shall I eat?", "Luigi's."]);
      expect(await memory.episodes.latest("ada", 5)).toHaveLength(1);
      model.assertUsedUp();
    },
  );

  it("the one is kept that a run failed in, with its error", async () => {
    const { graph } = agentUnderTest([new Error("The model is away."), "Luigi's."]);
    await expect(graph.invoke(hi, inThread)).rejects.toThrow(/is away/);
    const { next, tasks } = await graph.getState(inThread);
    expect(next).toEqual(["reason"]);
    expect(JSON.stringify(tasks[0]?.error)).toMatch(/is away/);
    expect((await graph.invoke(null, inThread)).messages).toHaveLength(2);
  });
});

describe("a turn whose process was killed", () => {
  it("while it waited for the model goes on with the model call", async () => {
    const { graph, model, memory } = await killedAt("before the answer", "Luigi's.");
    const { messages } = await graph.invoke(null, inThread);
    expect(messages.map(({ text }) => text)).toEqual(["Where shall I eat?", "Luigi's."]);
    expect(await memory.episodes.latest("ada", 5)).toHaveLength(1);
    model.assertUsedUp();
  });

  it("while it waited for the model leaves its question to the next turn", async () => {
    const { ask, model } = await killedAt("before the answer", "At home.");
    await ask("ada", "Well?", { threadId: "t" });
    expect(threadOf(model.calls[0])).toEqual(["human: Where shall I eat?", "human: Well?"]);
  });

  it("after the model had answered is not paid for again", async () => {
    const { graph, model, memory } = await killedAt("after the answer");
    const { messages } = await graph.invoke(null, inThread);
    expect(messages.at(-1)?.text).toBe("Luigi's.");
    expect(await memory.episodes.latest("ada", 5)).toMatchObject([{ response: "Luigi's." }]);
    expect(model.calls).toEqual([]);
  });
});

describe("a long thread", () => {
  it("keeps its latest turns in its state, and what the prompt may show", async () => {
    const { graph, ask, model } = agentUnderTest(["One.", "Two.", "Three."]);
    const said = (count: number) =>
      Array.from({ length: count }, (_, n) => new HumanMessage({ id: `${n}`, content: `${n}` }));
    const messagesIn = async () =>
      (await graph.getState(inThread)).values.messages as readonly HumanMessage[];
    await graph.updateState(inThread, { messages: said(318) }, "load-persona");
    await ask("ada", "Hello?", { threadId: "t", settings: { threadTokens: 200 } });
    expect(await messagesIn()).toHaveLength(320);
    await ask("ada", "Hello?", { threadId: "t" });
    expect((await messagesIn()).map(({ text }) => text)).toHaveLength(257);
    expect((await messagesIn())[0]?.text).toBe("65");
    expect(threadOf(model.calls[1])).toHaveLength(256);

    await graph.updateState(inThread, { messages: said(1_000) }, "load-persona");
    await ask("ada", "Hello?", { threadId: "t", settings: { threadTokens: 30_000 } });
    expect((await messagesIn()).length).toBeGreaterThan(1_000);
  });
});
