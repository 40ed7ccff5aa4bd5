import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { expect, it } from "vitest";
import { agentUnderTest, threadOf } from "../support/agents/agent-under-test.js";

const call = new AIMessage({
  content: "",
  tool_calls: [{ id: "c1", name: "tides", args: { harbour: "Brest" } }],
});
const settings = { userId: "ada", callerTools: [{ name: "tides", description: "High tide." }] };
const config = { context: settings, configurable: { thread_id: "t" } };

it("a kept thread goes on with the result of the caller's tool, as the same turn", async () => {
  const { graph, model, list } = agentUnderTest([call, "At 07:55."]);
  const paused = await graph.invoke({ messages: [new HumanMessage("When can I swim?")] }, config);
  expect(paused.messages.at(-1)).toMatchObject({ tool_calls: [{ name: "tides" }] });
  expect(paused.episodeId).toBeNull();
  const result = new ToolMessage({ tool_call_id: "c1", content: "07:55" });
  const done = await graph.invoke({ messages: [result] }, config);
  expect(threadOf(model.calls[1])).toEqual(["human: When can I swim?", "ai: ", "tool: 07:55"]);
  expect(done.turn?.messageId).toBe(paused.turn?.messageId);
  expect(await list("ada")).toMatchObject([
    { id: done.episodeId, query: "When can I swim?", response: "At 07:55." },
  ]);
});

it("a call that the caller never answers is not shown to the model", async () => {
  const { graph, model } = agentUnderTest([call, "Hello."]);
  await graph.invoke({ messages: [new HumanMessage("When can I swim?")] }, config);
  await graph.invoke({ messages: [new HumanMessage("Never mind.")] }, config);
  expect(threadOf(model.calls[1])).toEqual(["human: When can I swim?", "human: Never mind."]);
});
