import { HumanMessage, RemoveMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { PersonaAgentError } from "../../src/system/errors.js";
import { agentUnderTest, systemOf, threadOf } from "../support/agents/agent-under-test.js";

const thread = (id: string) => ({ configurable: { thread_id: id } });

describe("a thread", () => {
  it.each([
    ["another user", { userId: "bob" }],
    ["nobody", {}],
  ])("belongs to the user of its first turn, and refuses %s", async (_who, context) => {
    const { graph, model, memory } = agentUnderTest(["Hello Ada.", "Welcome back."]);
    const config = { ...thread("t"), context: { userId: "ada" } };
    await graph.invoke({ messages: [new HumanMessage("My secret is 42.")] }, config);

    const intruder = graph.invoke(
      { messages: [new HumanMessage("What is the secret?")] },
      { ...thread("t"), context },
    );
    await expect(intruder).rejects.toSatisfy((error) =>
      PersonaAgentError.is(error, "config-thread-owner"),
    );
    await expect(intruder).rejects.toThrow(/^[^\n]+$/);
    await expect(intruder).rejects.not.toThrow(/42|ada/);

    // What the intruder wrote is not in the owner's thread, and the thread goes on.
    await graph.invoke({ messages: [new HumanMessage("I am back.")] }, config);
    expect(threadOf(model.calls[1])).toEqual([
      "human: My secret is 42.",
      "ai: Hello Ada.",
      "human: I am back.",
    ]);
    expect(systemOf(model.calls[1])).not.toContain("What is the secret?");
    expect(await memory.episodes.users()).toEqual(["ada"]);
    model.assertUsedUp();
  });

  it.each([
    ["sends a message", () => [new HumanMessage("Let me see.")]],
    ["replaces a message of the owner", () => [new HumanMessage({ id: "m1", content: "Forged." })]],
    ["removes a message of the owner", () => [new RemoveMessage({ id: "m1" })]],
  ])("shows nothing to a stranger who %s, and stays as it was", async (_what, messages) => {
    const { graph } = agentUnderTest(["Hello Ada."]);
    const secret = new HumanMessage({ id: "m1", content: "My secret is 42." });
    await graph.invoke({ messages: [secret] }, { ...thread("t"), context: { userId: "ada" } });
    const before = await graph.getState(thread("t"));

    const seen: unknown[] = [];
    const run = async () => {
      const stream = await graph.stream(
        { messages: messages() },
        {
          ...thread("t"),
          context: { userId: "bob" },
          streamMode: ["values", "updates", "debug", "messages"],
        },
      );
      for await (const part of stream) seen.push(part);
    };
    await expect(run()).rejects.toThrow(/belongs to another user/);
    expect(seen).toEqual([]);
    const after = await graph.getState(thread("t"));
    expect(after.values).toEqual(before.values);
    expect(after.next).toEqual([]);
  });

  it("shows nothing to a stranger by events either", async () => {
    const { graph } = agentUnderTest(["Hello Ada."]);
    const hi = { messages: [new HumanMessage("My secret is 42.")] };
    await graph.invoke(hi, { ...thread("t"), context: { userId: "ada" } });
    const seen: unknown[] = [];
    const events = graph.streamEvents(
      { messages: [new HumanMessage("Hi")] },
      { ...thread("t"), context: { userId: "bob" }, version: "v2" },
    );
    const run = async () => {
      for await (const event of events) seen.push(event);
    };
    await expect(run()).rejects.toThrow(/belongs to another user/);
    expect(JSON.stringify(seen)).not.toContain("42");
  });
});

describe("bad input", () => {
  const longText = "x".repeat(10_000_000);
  const cases: [string, unknown, unknown, RegExp][] = [
    ["no user id", undefined, "Hi", /No user id/],
    ["an empty user id", "", "Hi", /user id is empty/],
    ["a user id that is a number", 7, "Hi", /setting userId is not valid/],
    ["a user id with *", "*", "Hi", /user id "\*" holds a character/],
    ["a user id with :", "a:b", "Hi", /holds a character/],
    ["a user id with /", "a/b", "Hi", /holds a character/],
    ["a user id with %", "a%", "Hi", /holds a character/],
    ["a user id with NUL", "a\0b", "Hi", /holds a character/],
    ["a user id with an emoji", "ada😀", "Hi", /holds a character/],
    ["a user id with a lone surrogate", "a\uD800", "Hi", /holds a character/],
    ["10 MB of user id", longText, "Hi", /10000000 characters long/],
    ["an empty message", "ada", "", /message is empty/],
    ["a message of spaces", "ada", " \n ", /message is empty/],
    ["10 MB of message", "ada", longText, /10000000 characters long/],
    ["a message with NUL", "ada", "a\0b", /NUL character/],
    ["a message with a lone surrogate", "ada", "a\uDC00b", /surrogate/],
  ];

  it.each(cases)(
    "%s is refused in one line and leaves nothing",
    async (_what, userId, text, line) => {
      const { graph, memory, model } = agentUnderTest(["Hello."]);
      const run = graph.invoke(
        { messages: [new HumanMessage(text as string)] },
        { ...thread("t"), context: userId === undefined ? {} : { userId } },
      );
      await expect(run).rejects.toThrow(line);
      await expect(run).rejects.toThrow(/^[^\n]{20,400}$/);
      const { values } = await graph.getState(thread("t"));
      expect(values.messages).toEqual([]);
      expect(await memory.episodes.users()).toEqual([]);
      expect(model.calls).toEqual([]);
      // The thread is nobody's yet: the next turn on it is the first.
      await graph.invoke(
        { messages: [new HumanMessage("Hi")] },
        { ...thread("t"), context: { userId: "ada" } },
      );
    },
  );

  it.each([
    ["an unknown setting", { recal: 3 }, /Unknown setting "recal"/],
    ["a setting of the wrong type", { toolRounds: "many" }, /toolRounds is not valid/],
    ["a setting out of range", { recallSimilar: -1 }, /recallSimilar is not valid/],
  ])("%s is refused in one line", async (_what, settings, line) => {
    const { graph } = agentUnderTest([]);
    const run = graph.invoke(
      { messages: [new HumanMessage("Hi")] },
      { ...thread("t"), context: { userId: "ada", ...settings } },
    );
    await expect(run).rejects.toThrow(line);
    await expect(run).rejects.toThrow(/^[^\n]+$/);
  });

  it("a turn without a human message is refused", async () => {
    const { graph } = agentUnderTest([]);
    const run = graph.invoke({ messages: [] }, { ...thread("t"), context: { userId: "ada" } });
    await expect(run).rejects.toThrow(/no human message/);
  });

  it("keeps a rejected message out of the thread in the library", async () => {
    const { ask, graph } = agentUnderTest([]);
    await expect(ask("ada", "", { threadId: "t" })).rejects.toThrow(/message is empty/);
    expect((await graph.getState(thread("t"))).values).toEqual({});
  });

  it("a thread is refused without a checkpointer", async () => {
    const { createPersonaAgent } = await import("../../src/index.js");
    const agent = createPersonaAgent();
    await expect(agent.ask("ada", "Hi", { threadId: "t" })).rejects.toThrow(/checkpointer/);
  });
});

describe("unusual user ids", () => {
  it.each([
    "ada@example.com",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "O'Brien, Áine",
    "名前",
    "..",
    "__proto__",
    "constructor",
    "a.b_c-d",
    "550e8400-e29b-41d4-a716-446655440000",
  ])("%s works", async (userId) => {
    const { ask, memory } = agentUnderTest(["Hello.", "Again."]);
    await ask(userId, "I like tea.");
    const { recalled } = await ask(userId, "Do I like tea?");
    expect(recalled).toHaveLength(1);
    expect(await memory.episodes.users()).toEqual([userId]);
  });

  it("name the same user however their accents are composed", async () => {
    const { ask } = agentUnderTest(["Hello.", "Again."]);
    await ask("\u00C1ine", "I like tea.");
    expect((await ask("A\u0301ine", "Do I like tea?")).recalled).toHaveLength(1);
  });
});
