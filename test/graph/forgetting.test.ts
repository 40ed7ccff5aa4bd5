import { HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { identityOfId, turnEpisodeId } from "../../src/domain/episode.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { agentUnderTest, systemOf, threadOf } from "../support/agents/agent-under-test.js";
import { alignmentUnderTest, drink } from "../support/agents/alignment-under-test.js";
import { AlignmentModel } from "../support/models/alignment-model.js";
import { callsTools, type ScriptedReply } from "../support/models/scripted-model.js";
import { turnAt } from "../support/users/episodes.js";

const secret = /zanzibar/i;
const told = "My dog is called Zanzibar.";

const inThread = (threadId: string) => ({
  configurable: { thread_id: threadId },
  context: { userId: "ada" },
  durability: "sync" as const,
});

/** An agent that was told of the dog in one thread, and spoke of it in both. */
async function talked(...later: ScriptedReply[]) {
  const agent = agentUnderTest([
    "Noted.",
    "Hello.",
    callsTools({ name: "recall_memory", args: { query: "dog Zanzibar" } }),
    "By the lake.",
    "With Zanzibar, I guess.",
    ...later,
  ]);
  const ask = (message: string, threadId: string) => {
    agent.clock.advanceDays(1);
    return agent.ask("ada", message, { threadId });
  };
  const { episodeId } = await ask(told, "one");
  await ask("I like tea.", "one");
  await ask("Where shall I walk?", "two");
  await ask("And what shall I do?", "two");
  return { ...agent, ask, toldId: episodeId ?? "" };
}

async function learn({ memory, clock }: Awaited<ReturnType<typeof talked>>, evidence: string[]) {
  const at = clock.now().toISOString();
  await memory.profiles.append("ada", {
    at,
    statements: [{ text: "Has the dog Zanzibar.", evidence, replaces: [] }],
    lastEpisodeId: evidence.at(-1) ?? "",
    episodeCount: 4,
    model: "m",
  });
  await memory.personas.append("ada", {
    parent: initialPersona,
    at,
    author: "alignment",
    status: "active",
    lines: [{ text: "Ask about Zanzibar.", tool: null, evidence }],
    reason: "Zanzibar matters.",
  });
}

/** Deletes an interaction in a process that dies after the first write. */
async function deleteKilled(
  { store, memory }: Pick<ReturnType<typeof agentUnderTest>, "store" | "memory">,
  id: string,
) {
  const batch = store.batch.bind(store);
  let writes = 0;
  store.batch = ((operations) => {
    if (operations.some((operation) => "value" in operation)) writes += 1;
    return writes > 1 ? Promise.reject(new Error("Killed.")) : batch(operations);
  }) as typeof batch;
  await expect(memory.episodes.delete("ada", id)).rejects.toThrow();
  store.batch = batch;
}

describe("a deleted interaction", () => {
  it("is in no later prompt, of no thread, and in no record of the user", async () => {
    const agent = await talked(
      "One.",
      callsTools({ name: "recall_memory", args: { query: "What is the name of my pet animal?" } }),
      "Two.",
      "Three.",
    );
    await learn(agent, [agent.toldId]);
    agent.clock.advanceDays(1);
    const before = agent.model.calls.length;
    expect(await agent.memory.episodes.delete("ada", agent.toldId)).toMatchObject({
      statements: 1,
      lines: 1,
      responses: [expect.any(String)],
    });
    const asked = "What is the name of my pet animal?";
    for (const thread of ["one", "two", "three"]) await agent.ask(asked, thread);
    const prompts = agent.model.calls.slice(before);
    expect(prompts).toHaveLength(4);
    for (const prompt of prompts) expect(JSON.stringify(prompt)).not.toMatch(secret);
    expect(systemOf(prompts[1])).toContain("I like tea.");
    expect(threadOf(prompts[0])).toEqual(["human: I like tea.", "ai: Hello.", `human: ${asked}`]);
    // Without the turn whose answer repeats it, and without what the tool had found.
    expect(threadOf(prompts[1])).toEqual([
      "human: Where shall I walk?",
      "ai: By the lake.",
      `human: ${asked}`,
    ]);
    const { values } = await agent.graph.getState(inThread("two"));
    expect(JSON.stringify(values)).not.toMatch(secret);
    const stored = await agent.store.search([], { limit: 1_000 });
    expect(stored.length).toBeGreaterThan(8);
    expect(JSON.stringify(stored)).not.toMatch(secret);
  });

  it("leaves a thread also when its turn was taken while the store was away", async () => {
    const agent = await talked("One.", "Two.");
    await agent.memory.episodes.delete("ada", agent.toldId);
    const batch = agent.store.batch.bind(agent.store);
    agent.store.batch = () => Promise.reject(new Error("The store is down."));
    await agent.ask("Anything new?", "one");
    agent.store.batch = batch;
    await agent.ask("And now?", "one");
    expect(JSON.stringify(agent.model.calls.at(-1))).not.toMatch(secret);
  });

  it("is not written back by its turn: sent again, or run again from an earlier step", async () => {
    const agent = agentUnderTest(["Noted.", "Again.", "Once more."]);
    const message = () => ({ messages: [new HumanMessage({ id: "m1", content: told })] });
    const { episodeId } = await agent.graph.invoke(message(), inThread("t"));
    agent.clock.advanceDays(1);
    await agent.memory.episodes.delete("ada", episodeId ?? "");
    agent.clock.advanceDays(1);
    const again = await agent.graph.invoke(message(), inThread("t"));
    expect(again).toMatchObject({ episodeId: null, degraded: [] });
    for await (const snapshot of agent.graph.getStateHistory(inThread("t")))
      if (snapshot.next[0] === "write-memory")
        await agent.graph.invoke(null, { ...inThread("t"), ...snapshot.config });
    expect(await agent.memory.episodes.list("ada")).toEqual([]);
    expect(JSON.stringify(await agent.store.search([], { limit: 100 }))).not.toMatch(secret);
  });

  it("is not repeated by the answer of a turn that was under way", async () => {
    const agent = await talked(() => {
      agent.clock.advanceDays(1);
      deletion = agent.memory.episodes.delete("ada", agent.toldId);
      return "Take Zanzibar out.";
    }, "One.");
    let deletion: Promise<unknown> | undefined;
    const { episodeId, answer } = await agent.ask("What now?", "one");
    expect(answer).toBe("Take Zanzibar out.");
    await deletion;
    expect(await agent.memory.episodes.get("ada", episodeId ?? "")).toMatchObject({
      query: "What now?",
      response: null,
    });
    await agent.ask("And then?", "one");
    expect(JSON.stringify(agent.model.calls.at(-1))).not.toMatch(secret);
  });

  it("is not repeated by the answer of a turn that had read it, but not yet asked the model", async () => {
    const agent = await talked("Take Zanzibar out.");
    await learn(agent, [agent.toldId]);
    agent.clock.advanceDays(1);
    const { profiles } = agent.memory;
    const { current } = profiles;
    const deleteMeanwhile = async (userId: string) => {
      const read = await current(userId);
      Object.assign(profiles, { current });
      agent.clock.advanceDays(1);
      await agent.memory.episodes.delete("ada", agent.toldId);
      agent.clock.advanceDays(1);
      return read;
    };
    Object.assign(profiles, { current: deleteMeanwhile });
    const { episodeId } = await agent.ask("What now?", "three");
    expect(systemOf(agent.model.calls.at(-1))).toMatch(secret);
    expect(await agent.memory.episodes.get("ada", episodeId ?? "")).toMatchObject({
      query: "What now?",
      response: null,
    });
  });

  it("is finished being forgotten by the next turn", async () => {
    const agent = await talked("One.");
    await learn(agent, [agent.toldId]);
    await deleteKilled(agent, agent.toldId);
    expect(JSON.stringify(await agent.store.search([], { limit: 100 }))).toMatch(secret);
    await agent.ask("What do you know of me?", "two");
    expect(JSON.stringify(agent.model.calls.at(-1))).not.toMatch(secret);
    expect(JSON.stringify(await agent.store.search([], { limit: 100 }))).not.toMatch(secret);
  });
});

it("a deletion of what is dated in the future takes the responses of the present that repeat it", async () => {
  const { memory, clock } = agentUnderTest([]);
  const trip = turnAt(0, "The trip to Zanzibar.", { at: "2031-01-01T09:00:00.000Z" });
  const future = { ...trip, id: turnEpisodeId("2031-01-01T09:00:00.000Z", identityOfId(trip.id)) };
  const repeating = turnAt(1, "Where do I go?", { response: "To Zanzibar." });
  await memory.episodes.addMany("ada", [future, repeating]);
  const at = clock.now().toISOString();
  const statements = [{ text: "Goes to Zanzibar.", evidence: [repeating.id], replaces: [] }];
  const counted = { lastEpisodeId: repeating.id, episodeCount: 2, model: "m" };
  await memory.profiles.append("ada", { at, statements, ...counted });
  clock.advanceDays(1);
  expect(await memory.episodes.delete("ada", future.id)).toMatchObject({
    statements: 1,
    responses: [repeating.id],
  });
  expect((await memory.profiles.current("ada"))?.statements).toEqual([]);
  expect((await memory.episodes.get("ada", repeating.id))?.response).toBeNull();
});

describe("a deletion that was killed is finished before anything is read", () => {
  const toldOnce = turnAt(0, told);
  const repeating = turnAt(1, "Any plans?", { response: "Walk Zanzibar by the lake." });

  it("by an alignment", async () => {
    const drinks = Array.from({ length: 16 }, (_, n) => drink(n + 2));
    const user = await alignmentUnderTest({ episodes: [toldOnce, repeating, ...drinks] });
    user.clock.advanceDays(1);
    await deleteKilled(user, toldOnce.id);
    user.clock.advanceDays(1);
    await user.run();
    const prompts = JSON.stringify(user.model.asked.map(({ messages }) => messages));
    expect(prompts).toContain("Any plans?");
    expect(prompts).not.toMatch(secret);
  });

  it("by a reflection", async () => {
    const model = new AlignmentModel({ reflection: () => ({}) });
    const agent = agentUnderTest(model);
    await agent.memory.episodes.addMany("ada", [toldOnce, repeating, turnAt(2, "I like tea.")]);
    agent.clock.advanceDays(1);
    await deleteKilled(agent, toldOnce.id);
    agent.clock.advanceDays(1);
    await agent.reflect("ada");
    const [prompt] = model.of("reflection");
    expect(prompt?.thread).toContain("Any plans?");
    expect(prompt?.thread).not.toMatch(secret);
  });
});

it("a corrected true answer takes what rests on it alone out of the next prompt", async () => {
  const agent = agentUnderTest(["Luigi's.", "One.", "Two."]);
  const { episodeId } = await agent.ask("ada", "Where do I eat?");
  const say = (text: string) =>
    agent.feedback("ada", { episodeId: episodeId ?? "", kind: "answer", text });
  await say("At Zanzibar.");
  agent.clock.advanceDays(1);
  const evidence = [episodeId ?? ""];
  const at = agent.clock.now().toISOString();
  const statements = [{ text: "Eats at Zanzibar.", evidence, replaces: [] }];
  const counted = { lastEpisodeId: episodeId, episodeCount: 1, model: "m" };
  await agent.memory.profiles.append("ada", { at, statements, ...counted });
  await agent.ask("ada", "Hungry?");
  expect(systemOf(agent.model.calls.at(-1))).toContain("Eats at Zanzibar.");
  agent.clock.advanceDays(1);
  await say("At Greta's.");
  await agent.ask("ada", "Hungry?");
  expect(JSON.stringify(agent.model.calls.at(-1))).not.toMatch(secret);
});
