import { tool } from "@langchain/core/tools";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { PersonaAgentError } from "../../src/system/errors.js";
import { startOpenAiServer } from "../../src/fake-model/openai-server.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { OfflineChatModel } from "../../src/model/offline/offline-chat-model.js";
import { answerNowPrompt } from "../../src/prompts/agent/persona-prompt.js";
import { turnAt } from "../support/users/episodes.js";
import { holdSearches } from "../support/agents/hold-searches.js";
import { agentUnderTest, systemOf, threadOf } from "../support/agents/agent-under-test.js";
import { callsTools } from "../support/models/scripted-model.js";

const thread = (id: string) => ({ configurable: { thread_id: id } });

describe("a turn", () => {
  it("goes through its nodes in order and ends with what it used", async () => {
    const { graph, model, memory } = agentUnderTest(["At Luigi's."]);
    const nodes: string[] = [];
    const stream = await graph.stream(
      { messages: [new HumanMessage("Where shall I eat?")] },
      { ...thread("t"), context: { userId: "ada" }, streamMode: "updates" },
    );
    for await (const update of stream) nodes.push(...Object.keys(update));
    expect(nodes).toEqual([
      "load-persona",
      "retrieve-memory",
      "reason",
      "write-memory",
      "schedule-alignment",
    ]);
    expect(await memory.episodes.latest("ada", 5)).toMatchObject([
      {
        query: "Where shall I eat?",
        response: "At Luigi's.",
        groundTruth: null,
        at: "2026-05-01T10:00:00.000Z",
        personaVersion: 0,
        source: "turn",
      },
    ]);
    model.assertUsedUp();
  });

  it("costs one model call and one embedding request when no tool is asked for", async () => {
    const { ask, model, embeddings } = agentUnderTest(["Noted.", "Luigi's."]);
    await ask("ada", "I like quiet places.");
    embeddings.requests = 0;
    const { usage } = await ask("ada", "Which quiet place shall I try?");
    expect(embeddings.requests).toBe(1);
    expect(usage.calls).toBe(1);
    expect(model.calls).toHaveLength(2);
  });

  it("asks for the question's embedding before the store has answered", async () => {
    const { ask, embeddings, store } = agentUnderTest(["Noted.", "Luigi's."]);
    await ask("ada", "I like quiet places.");
    embeddings.requests = 0;
    const answer = holdSearches(store);
    const asking = ask("ada", "Which quiet place shall I try?");
    await vi.waitFor(() => expect(embeddings.requests).toBe(1));
    answer();
    expect((await asking).recalled).toHaveLength(1);
    expect(embeddings.requests).toBe(1);
  });

  it("shows the model what is known of this user and nothing of another", async () => {
    const { ask, model } = agentUnderTest(["Noted.", "Noted.", "Luigi's."]);
    await ask("ada", "I only like quiet restaurants.");
    await ask("bob", "I only like loud restaurants.");
    const { recalled } = await ask("ada", "Which restaurants do I like?");
    expect(recalled).toHaveLength(1);
    expect(systemOf(model.calls[2])).toContain("I only like quiet restaurants.");
    expect(systemOf(model.calls[2])).not.toContain("loud");
    expect(threadOf(model.calls[2])).toEqual(["human: Which restaurants do I like?"]);
  });

  it("limits the tokens that memory adds to the prompt", async () => {
    const { ask, model } = agentUnderTest(["Yes.", "Yes.", "Yes.", "Yes."]);
    for (const town of ["Rome", "Paris", "Oslo"])
      await ask("ada", `In ${town} I walked ${"and walked ".repeat(100)}`);
    await ask("ada", "Where did I walk?", { settings: { recallTokens: 400 } });
    expect(systemOf(model.calls[3]).match(/<interaction /g)).toHaveLength(1);
  });

  it("recalls no question that the prompt holds from the thread, but those that were trimmed from it", async () => {
    const { ask } = agentUnderTest(["Noted.", "Yes.", "Yes."]);
    await ask("ada", "I like quiet restaurants.", { threadId: "t" });
    const near = await ask("ada", "Quiet restaurants, then?", { threadId: "t" });
    expect(near.recalled).toEqual([]);
    const trimmed = await ask("ada", `Quiet restaurants? ${"Please. ".repeat(200)}`, {
      threadId: "t",
      settings: { threadTokens: 100 },
    });
    expect(trimmed.recalled).toHaveLength(2);
  });

  it("streams the answer's tokens and the events of the turn", async () => {
    const { ask } = agentUnderTest(new OfflineChatModel());
    const events: { kind: string; text?: string }[] = [];
    const { answer } = await ask("ada", "Tell me something.", {
      onEvent: (event) => events.push(event),
    });
    const text = events.flatMap((event) => (event.kind === "text" ? [event.text] : []));
    expect(text.length).toBeGreaterThan(3);
    expect(text.join("")).toBe(answer);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set([
        "persona-loaded",
        "memory-recalled",
        "tool-started",
        "tool-ended",
        "text",
        "episode-written",
      ]),
    );
  });

  it("asks the model for pieces also where nobody follows the answer, as signs of life", async () => {
    const server = await startOpenAiServer(() => ({ kind: "message", text: "The third one." }));
    try {
      const connection = { openaiApiKey: "none", openaiBaseUrl: server.url, timeoutMs: 5_000 };
      const model = loadChatModel("openai:test-model", { ...connection, backoffMs: 0 });
      const { ask } = agentUnderTest(model);
      for (const options of [{}, { onEvent: () => undefined }])
        expect((await ask("ada", "Which film?", options)).answer).toBe("The third one.");
      expect(server.requests.map(({ body }) => body["stream"])).toEqual([true, true]);
    } finally {
      await server.close();
    }
  });

  it("leaves early messages of a long thread out of the prompt, but not out of the state", async () => {
    const long = "a long story ".repeat(40);
    const { ask, graph, model } = agentUnderTest(["one", "two", "three"]);
    const options = { threadId: "t", settings: { threadTokens: 200, recallTokens: 0 } };
    await ask("ada", `First: ${long}`, options);
    await ask("ada", `Second: ${long}`, options);
    await ask("ada", "Third?", options);
    expect(threadOf(model.calls[2])).toEqual([
      expect.stringMatching(/^human: Second/),
      "ai: two",
      "human: Third?",
    ]);
    const { values } = await graph.getState(thread("t"));
    expect(values.messages).toHaveLength(6);
  });

  it("prefers the user in context to the one in configurable", async () => {
    const { graph, memory } = agentUnderTest(["Hello."]);
    await graph.invoke(
      { messages: [new HumanMessage("Hi")] },
      { context: { userId: "ada" }, configurable: { userId: "bob", thread_id: "t" } },
    );
    expect(await memory.episodes.users()).toEqual(["ada"]);
  });
});

describe("tools in a turn", () => {
  const weather = tool(() => "Sunny.", {
    name: "weather",
    description: "Says the weather.",
    schema: z.object({ place: z.string() }),
  });

  it("run, and their results go back to the model", async () => {
    const { ask, model } = agentUnderTest(
      [callsTools({ name: "weather", args: { place: "Graz" } }), "It is sunny."],
      { tools: [weather] },
    );
    const { answer, tools, usage } = await ask("ada", "How is the weather?");
    expect(answer).toBe("It is sunny.");
    expect(tools).toEqual([{ name: "weather", ok: true }]);
    expect(usage.calls).toBe(2);
    expect(threadOf(model.calls[1])).toEqual([
      "human: How is the weather?",
      "ai: ",
      "tool: Sunny.",
    ]);
    model.assertUsedUp();
  });

  it("are removed when the rounds are used up, and a later call is dropped", async () => {
    const call = callsTools({ name: "weather", args: { place: "Graz" } });
    const stubborn = new AIMessage({
      content: "Sunny, I think.",
      tool_calls: call.tool_calls ?? [],
    });
    const { ask, graph, model } = agentUnderTest([call, call, stubborn], { tools: [weather] });
    const { answer, tools } = await ask("ada", "How is the weather?", {
      threadId: "t",
      settings: { toolRounds: 2 },
    });
    expect(answer).toBe("Sunny, I think.");
    expect(tools).toHaveLength(2);
    expect(model.toolsOffered.map((names) => names.length > 0)).toEqual([true, true, false]);
    expect(systemOf(model.calls[2])).toContain("Answer the question now");
    const { values } = await graph.getState(thread("t"));
    expect(values.messages.at(-1)?.tool_calls).toEqual([]);
  });

  it("answer a call whose arguments are not JSON, so that every call has an answer in the thread", async () => {
    const broken = new AIMessage({
      content: "",
      invalid_tool_calls: [
        {
          id: "call_1",
          name: "weather",
          args: '{"place":',
          error: "bad",
          type: "invalid_tool_call",
        },
      ],
    });
    const { ask, model } = agentUnderTest([broken, "I do not know."], { tools: [weather] });
    const { tools } = await ask("ada", "How is the weather?");
    expect(tools).toEqual([{ name: "weather", ok: false }]);
    const [, asked, answered] = model.calls[1]?.slice(1) ?? [];
    expect(asked).toMatchObject({ tool_calls: [{ id: "call_1", name: "weather" }] });
    expect(answered).toMatchObject({ tool_call_id: "call_1", status: "error" });
    expect(answered?.text).toContain("not valid JSON");
  });

  it("report the episodes that the memory tool gave the model", async () => {
    const { ask } = agentUnderTest([
      "Noted.",
      callsTools({ name: "recall_memory", args: { query: "quiet restaurants" } }),
      "Quiet ones.",
    ]);
    const { episodeId } = await ask("ada", "I only like quiet restaurants.");
    const { recalled } = await ask("ada", "Which do I like?", { settings: { mode: "paper" } });
    expect(recalled.map(({ id }) => id)).toEqual([episodeId]);
  });

  it("can be denied to a user, and a run can only narrow the user's tools", async () => {
    const { ask, model } = agentUnderTest(["a", "b", "c"], {
      tools: [weather],
      allowedToolsFor: (userId) => (userId === "ada" ? ["weather", "recall_memory"] : undefined),
    });
    await ask("ada", "Hi");
    await ask("ada", "Hi", { settings: { allowedTools: ["weather", "search_wikipedia"] } });
    await ask("bob", "Hi", { settings: { allowedTools: [] } });
    expect(model.toolsOffered).toEqual([["recall_memory", "weather"], ["weather"], []]);
  });

  it("refuse a tool name that nobody registered, in one line", async () => {
    const { ask } = agentUnderTest([]);
    await expect(ask("ada", "Hi", { settings: { allowedTools: ["wether"] } })).rejects.toThrow(
      /^[^\n]*unknown tool "wether"[^\n]*recall_memory[^\n]*$/,
    );
  });
});

describe("paper mode", () => {
  it("asks for two tools, recalls through the tool only, and shows the profile as the user summary", async () => {
    const { ask, memory, model } = agentUnderTest(["Noted.", "Quiet ones."]);
    const { episodeId } = await ask("ada", "I only like quiet restaurants.");
    await memory.profiles.append("ada", {
      at: "2026-05-01T10:00:00.000Z",
      statements: [{ text: "Likes it quiet.", evidence: [episodeId ?? ""], replaces: [] }],
      lastEpisodeId: episodeId,
      episodeCount: 1,
      model: "test",
    });
    const { recalled } = await ask("ada", "Which restaurants?", { settings: { mode: "paper" } });
    expect(recalled).toEqual([]);
    const system = systemOf(model.calls[1]);
    expect(system).toContain("MUST use at least TWO tools");
    expect(system).toContain("Likes it quiet.");
    expect(system).not.toContain("<past_interactions>");
    expect(system).not.toContain("For this user it is");
    expect(model.toolsOffered[1]).toEqual(["recall_memory", "search_wikipedia"]);
  });

  it("answers under the text that paper mode wrote, which default mode does not use", async () => {
    const { ask, clock, memory, model } = agentUnderTest([
      "Hi.",
      callsTools({ name: "recall_memory", args: { query: "restaurants" } }),
      "Luigi's.",
      "Luigi's.",
      "Luigi's.",
    ]);
    const learned = (text: string, tool: string | null) => ({ text, tool, evidence: ["e1"] });
    const head = await memory.personas.append("ada", {
      at: clock.now().toISOString(),
      author: "alignment",
      status: "active",
      lines: [
        learned("Prefers quiet places.", null),
        learned("Search for noise levels.", "recall_memory"),
      ],
      paperSystemPrompt: "You serve Ada, who hates noise. Answer {{summary}} in a word.",
      reason: "learned",
      parent: initialPersona,
    });
    await ask("ada", "Hi", { settings: { mode: "paper", recallTokens: 0 } });
    expect(systemOf(model.calls[0])).toBe(head.paperSystemPrompt);
    expect(model.toolCards[0]).not.toContain("noise levels");

    await ask("ada", "Which?", { settings: { mode: "paper", toolRounds: 1 } });
    expect(systemOf(model.calls[2])).toBe(`${head.paperSystemPrompt}\n\n${answerNowPrompt}`);

    await ask("ada", "Which?", { threadId: "t" });
    expect(systemOf(model.calls[3])).not.toContain("hates noise");
    expect(systemOf(model.calls[3])).toContain("Prefers quiet places.");
    expect(model.toolCards[3]).toContain("noise levels");

    // A version without such a text: nothing of the last turn's is left in the thread.
    await memory.personas.append("ada", {
      at: clock.now().toISOString(),
      author: "person",
      status: "active",
      lines: head.lines,
      reason: "edited",
      parent: head,
    });
    await ask("ada", "Which?", { threadId: "t", settings: { mode: "paper" } });
    expect(systemOf(model.calls[4])).toContain("MUST use at least TWO tools");
    expect(systemOf(model.calls[4])).not.toContain("hates noise");
  });
});

describe("a silent model", () => {
  it("is asked once more", async () => {
    const { ask, model } = agentUnderTest(["", "Now I speak."]);
    const { answer, usage } = await ask("ada", "Hi");
    expect(answer).toBe("Now I speak.");
    expect(usage.calls).toBe(2);
    model.assertUsedUp();
  });

  it("fails the turn when it is silent twice, and no episode is written", async () => {
    const { ask, memory } = agentUnderTest(["", " "]);
    const turn = ask("ada", "Hi");
    await expect(turn).rejects.toSatisfy((error) =>
      PersonaAgentError.is(error, "model-output-invalid"),
    );
    expect(await memory.episodes.latest("ada", 5)).toEqual([]);
  });
});

describe("schedule-alignment", () => {
  it("requests an alignment when there are enough new true answers, and enough to judge by", async () => {
    const asked: string[] = [];
    const { ask, memory, clock, status } = agentUnderTest(["a", "b", "c", "d"], {
      requestAlignment: async (userId) => void asked.push(userId),
    });
    const settings = { alignAfter: 2 };
    const first = await ask("ada", "One?", { settings });
    const second = await ask("ada", "Two?", { settings });
    expect(second.alignment).toEqual({ newAnswers: 0, due: false });
    for (const { episodeId } of [first, second])
      await memory.episodes.update("ada", episodeId ?? "", {
        groundTruth: "yes",
        feedback: {
          kind: "answer",
          author: "ada",
          at: clock.now().toISOString(),
          reason: null,
          inferred: null,
        },
      });
    const third = await ask("ada", "Three?", { settings });
    // A run needs eleven different ones, so it is neither due nor asked for.
    expect(third.alignment).toEqual({ newAnswers: 2, due: false });
    for (let n = 0; n < 9; n++) {
      expect(await status("ada", 2)).toMatchObject({ due: false });
      const question = `Number ${n}?`;
      await memory.episodes.add("ada", turnAt(n, question, { groundTruth: "yes" }));
      await memory.episodes.add("ada", turnAt(n + 20, question, { groundTruth: "yes" }));
    }
    expect(await status("ada", 2)).toMatchObject({ due: true });
    expect(asked).toEqual([]);
    const fourth = await ask("ada", "Four?", { settings });
    expect(fourth.alignment).toEqual({ newAnswers: 20, due: true });
    expect(asked).toEqual(["ada"]);
  });
});
