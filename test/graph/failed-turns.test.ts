import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { tool } from "@langchain/core/tools";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../src/fake-model/openai-server.js";
import type { ServerQuirks } from "../../src/fake-model/server-quirks.js";

let server: OpenAiServer;
afterEach(() => server.close());

const text = (said: string): OpenAiReply => ({ kind: "message", text: said });
const calls: OpenAiReply = {
  kind: "message",
  toolCalls: [
    { name: "look", args: { at: "one" } },
    { name: "look", args: { at: "two" } },
  ],
};

/** An agent with one tool, and a server whose roles must alternate. */
async function threadOn(
  script: readonly OpenAiReply[],
  look: (at: string) => string | Promise<string>,
  quirks: ServerQuirks = {},
) {
  server = await startOpenAiServer(script, {}, { rolesAlternate: true, ...quirks });
  const agent = createPersonaAgent({
    model: loadChatModel("openai:tiny", { openaiBaseUrl: server.url, maxRetries: 0 }),
    checkpointer: new MemorySaver(),
    tools: [
      tool(async ({ at }: { at: string }) => look(at), {
        name: "look",
        description: "Looks.",
        schema: z.object({ at: z.string() }),
      }),
    ],
  });
  return (message: string, signal?: AbortSignal) =>
    agent.ask("ada", message, { threadId: "t", ...(signal && { signal }) });
}

/** The last request's messages, as `role: text`. */
function lastPrompt(): string[] {
  const messages = server.requests.at(-1)?.body["messages"] as Record<string, unknown>[];
  return messages
    .filter(({ role }) => role !== "system")
    .map(({ role, content }) => `${String(role)}: ${JSON.stringify(content)}`);
}

describe("a thread goes on", () => {
  it("after an answer that a filter withheld, which is told and not asked for again", async () => {
    const withheld: OpenAiReply = { kind: "message", text: "", finishReason: "SAFETY" };
    const ask = await threadOn([withheld, text("two")], () => "");
    await expect(ask("First?")).rejects.toThrow(/gave no answer: It was withheld by a content/);
    expect((await ask("Second?")).answer).toBe("two");
  });

  it("after a turn that the server failed", async () => {
    const ask = await threadOn(
      [{ kind: "error", status: 500 }, text("two"), text("three")],
      () => "",
    );
    await expect(ask("One?")).rejects.toThrow(/failed \(500\)/);
    expect((await ask("Two?")).answer).toBe("two");
    expect((await ask("Three?")).answer).toBe("three");
    expect(lastPrompt()).toEqual(['user: "One?\\n\\nTwo?"', 'assistant: "two"', 'user: "Three?"']);
    expect(server.refusals).toEqual([]);
  });

  it("after a turn that was stopped while its tools ran, without their calls", async () => {
    const stop = new AbortController();
    const ask = await threadOn([calls, text("two")], (at) => {
      if (at === "two") stop.abort();
      return "seen";
    });
    await expect(ask("One?", stop.signal)).rejects.toThrow();
    expect((await ask("Two?")).answer).toBe("two");
    expect(lastPrompt()).toEqual(['user: "One?\\n\\nTwo?"']);
  });

  it("after a turn whose answer to the tools' results failed", async () => {
    const ask = await threadOn([calls, { kind: "error", status: 500 }, text("two")], () => "seen");
    await expect(ask("One?")).rejects.toThrow(/failed \(500\)/);
    expect((await ask("Two?")).answer).toBe("two");
    expect(lastPrompt().map((line) => line.split(":")[0])).toEqual([
      "user",
      "assistant",
      "tool",
      "tool",
      "user",
    ]);
  });

  it.each<[string, ServerQuirks]>([
    ["a signature with each call", { signsCalls: true, callIds: "empty" }],
    ["the reasoning of each call", { thinks: "reasoning_content", wantsReasoningBack: true }],
    ["the same id for all calls", { callIds: "repeated" }],
  ])("on a server that wants back or gives %s", async (_name, quirks) => {
    const script = [calls, text("one"), calls, text("two"), text("three")];
    const seen: string[] = [];
    const ask = await threadOn(script, (at) => `seen ${seen.push(at)}`, quirks);
    expect((await ask("One?")).tools).toHaveLength(2);
    expect((await ask("Two?")).answer).toBe("two");
    expect((await ask("Three?")).answer).toBe("three");
    expect(seen).toEqual(["one", "two", "one", "two"]);
    expect(server.refusals).toEqual([]);
    expect(lastPrompt().filter((line) => line.startsWith("tool"))).toHaveLength(4);
  });
});
