import { AIMessage, type ToolMessage } from "@langchain/core/messages";
import {
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { describe, expect, it } from "vitest";
import type { Episode } from "../../src/domain/episode.js";
import { PersonaAgentError } from "../../src/system/errors.js";
import type { EpisodicMemory, Recall } from "../../src/memory/episodes/episodic-memory.js";
import { createRecallMemory } from "../../src/tools/recall-memory.js";

function episode(id: string, query: string, answer: string | null): Episode {
  return {
    schemaVersion: 3,
    id: id.padStart(26, "0"),
    at: "2025-03-01T10:00:00.000Z",
    query,
    options: null,
    scale: null,
    response: "a response",
    groundTruth: answer,
    feedback: null,
    replacedResponses: [],
    toolsUsed: [],
    personaVersion: 0,
    threadId: null,
    source: "turn",
    task: null,
  };
}

const tea = { episode: episode("1", "Which tea?", "Assam"), score: 0.03 };
const essay = { episode: episode("2", "An essay. ".repeat(100), null), score: 0.02 };

/** An episodic memory that finds what it is told to, and remembers what it was asked. */
function memoryOf(recall: Partial<Recall> | Error) {
  const asked: Parameters<EpisodicMemory["similar"]>[] = [];
  const similar: EpisodicMemory["similar"] = async (...call) => {
    asked.push(call);
    if (recall instanceof Error) throw recall;
    return { recalled: [], degraded: [], ...recall };
  };
  return { asked, episodes: { similar } };
}

const call = (args: Record<string, unknown>) =>
  ({ type: "tool_call", id: "c1", name: "recall_memory", args }) as const;

/** A graph of one node that runs the tool; the user is in the run, never in the arguments. */
function graphWith(tool: ReturnType<typeof createRecallMemory>, how: "ToolNode" | "invoke") {
  const node =
    how === "ToolNode"
      ? new ToolNode([tool], { handleToolErrors: false })
      : async (_state: unknown, config: LangGraphRunnableConfig) => ({
          messages: [await tool.invoke(call({ query: "tea" }), config)],
        });
  return new StateGraph(MessagesAnnotation)
    .addNode("tools", node)
    .addEdge(START, "tools")
    .addEdge("tools", END)
    .compile();
}

const askForTea = {
  messages: [new AIMessage({ content: "", tool_calls: [call({ query: "tea" })] })],
};

describe("recall_memory", () => {
  describe.each(["ToolNode", "invoke"] as const)("run by %s in a graph", (how) => {
    it.each([
      { context: { userId: "ada" } },
      { configurable: { userId: "ada" } },
      { context: { userId: "ada" }, configurable: { userId: "eve" } },
    ])("searches the memory of the run's user, given as %o", async (settings) => {
      const { asked, episodes } = memoryOf({ recalled: [tea] });
      const state = await graphWith(createRecallMemory({ episodes }), how).invoke(
        askForTea,
        settings,
      );
      expect(asked).toEqual([["ada", "tea", 6, {}]]);
      const message = state.messages.at(-1) as ToolMessage;
      expect(message.content).toMatch(/^About <past_interactions>: .* A <ground_truth> is/);
      expect(message.text.slice(message.text.indexOf("\n") + 1)).toBe(
        `<past_interactions>\n<interaction id="${tea.episode.id}" at="2025-03-01 10:00">\n<question>Which tea?</question>\n<ground_truth>Assam</ground_truth>\n</interaction>\n</past_interactions>`,
      );
      expect(message.artifact).toEqual({
        recalled: [{ id: tea.episode.id, score: 0.03 }],
        degraded: [],
      });
    });

    it("finds no memory when the run has no user", async () => {
      const { asked, episodes } = memoryOf({ recalled: [tea] });
      await expect(
        graphWith(createRecallMemory({ episodes }), how).invoke(askForTea),
      ).rejects.toMatchObject({ code: "config-user-invalid" });
      expect(asked).toEqual([]);
    });
  });

  it("does not let the model choose the user", async () => {
    const { asked, episodes } = memoryOf({});
    await createRecallMemory({ episodes }).invoke(
      call({ query: "tea", userId: "eve", user: "eve", context: { userId: "eve" } }),
      { context: { userId: "ada" } },
    );
    expect(asked.map(([user]) => user)).toEqual(["ada"]);
  });

  const asAda = { context: { userId: "ada" } };

  it.each([
    [
      { since: "2025", until: "2025" },
      { since: "2025-01-01T00:00:00.000Z", until: "2026-01-01T00:00:00.000Z" },
    ],
    [{ until: "2025-03" }, { until: "2025-04-01T00:00:00.000Z" }],
    [{ since: null, until: "" }, {}],
  ])("reads the times %o", async (times, bounds) => {
    const { asked, episodes } = memoryOf({});
    await createRecallMemory({ episodes }).invoke(
      call({ query: "tea", limit: 3, ...times }),
      asAda,
    );
    expect(asked).toEqual([["ada", "tea", 3, bounds]]);
  });

  it.each([
    [{}, /query/],
    [{ query: " " }, /query/],
    [{ query: "tea", since: "last week" }, /expected a time as 2024.*\n.*since/],
    [{ query: "tea", since: "2025", until: "2024" }, /`since` \(2025\) is after `until` \(2024\)/],
    [{ query: "tea", limit: 0 }, /limit/],
  ])("refuses the arguments %o", async (args, reason) => {
    const { asked, episodes } = memoryOf({});
    await expect(createRecallMemory({ episodes }).invoke(call(args), asAda)).rejects.toThrow(
      reason,
    );
    expect(asked).toEqual([]);
  });

  it("says when nothing was found", async () => {
    const { episodes } = memoryOf({});
    const message = await createRecallMemory({ episodes }).invoke(call({ query: "tea" }), asAda);
    expect(message.content).toMatch(/^No past interaction of the user was found/);
  });

  it("keeps to the run's tokens, and says when nothing fits", async () => {
    const tool = createRecallMemory(memoryOf({ recalled: [essay, tea] }));
    const within = async (recallTokens: number) =>
      tool.invoke(call({ query: "tea" }), { context: { userId: "ada", recallTokens } });
    const some = await within(100);
    expect(some.artifact.recalled).toEqual([{ id: tea.episode.id, score: 0.03 }]);
    expect(some.content).not.toContain("An essay");
    const none = await within(0);
    expect(none.artifact.recalled).toEqual([]);
    expect(none.content).toMatch(/^2 past interactions were found, but none is short enough/);
  });

  it("says when the search was degraded", async () => {
    const { episodes } = memoryOf({ recalled: [tea], degraded: ["index-unavailable"] });
    const message = await createRecallMemory({ episodes }).invoke(call({ query: "tea" }), asAda);
    expect(message.content).toMatch(
      /^The search index could not be reached.*\nAbout <past_interactions>: .*\n<past_interactions>/,
    );
    expect(message.artifact.degraded).toEqual(["index-unavailable"]);
  });

  it("throws an error of the store", async () => {
    const { episodes } = memoryOf(
      new PersonaAgentError("memory-store-unavailable", "The store is away."),
    );
    await expect(
      createRecallMemory({ episodes }).invoke(call({ query: "tea" }), asAda),
    ).rejects.toMatchObject({ code: "memory-store-unavailable" });
  });
});
