import { ChatAnthropic } from "@langchain/anthropic";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatGoogle } from "@langchain/google";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startAnthropicServer } from "../../examples/loopback/anthropic-server.js";
import { googleClientOf, startGoogleServer } from "../../examples/loopback/google-server.js";
import type { Answer, Loopback } from "../../examples/loopback/serve.js";
import { type OpenAgent, type OpenOptions, openPersonaAgent } from "../../src/index.js";
import { drink, drinkingModel, goodLine } from "../support/agents/alignment-under-test.js";

const providers: [
  string,
  (answer: Answer) => Promise<Loopback>,
  (server: Loopback) => BaseChatModel,
][] = [
  [
    "Anthropic",
    startAnthropicServer,
    ({ url }) =>
      new ChatAnthropic({ model: "claude-sonnet-4-5", apiKey: "none", anthropicApiUrl: url }),
  ],
  [
    "Google",
    startGoogleServer,
    (server) =>
      new ChatGoogle({
        model: "gemini-2.5-flash",
        apiClient: googleClientOf(server),
        maxRetries: 0,
      }),
  ],
];

const bookTable = tool(({ people, name }) => `Booked for ${people}${name ? `, ${name}` : ""}.`, {
  name: "book_table",
  description: "Books a table in the canteen.",
  schema: z.object({ people: z.number().int(), name: z.string().nullish() }),
});

let agent: OpenAgent | undefined;
let server: Loopback | undefined;
afterEach(async () => {
  await agent?.close();
  await server?.close();
});

describe.each(providers)(
  "with %s's LangChain model and its real protocol",
  (_name, start, modelOf) => {
    async function open(answer: Answer, options: Partial<OpenOptions> = {}) {
      server = await start(answer);
      return (agent = await openPersonaAgent(
        { INDEX: "in-process" },
        {
          model: modelOf(server),
          store: new InMemoryStore(),
          checkpointer: new MemorySaver(),
          backgroundAlignment: false,
          ...options,
        },
      ));
    }

    it("a turn calls a tool of one's own, streams its answer, and counts its tokens", async () => {
      const asked: Parameters<Answer>[0][] = [];
      const call = { id: "call_1", name: "book_table", args: { people: 2, name: null } };
      const { ask } = await open(
        (each) => {
          asked.push(each);
          const isDone = each.messages.some(({ type }) => type === "tool");
          return isDone
            ? new AIMessage("Your table for two is booked.")
            : new AIMessage({ content: "", tool_calls: [call] });
        },
        { tools: [bookTable] },
      );
      const pieces: string[] = [];
      const turn = await ask("ada", "A table for two, please.", {
        threadId: "t",
        onEvent: (event) => event.kind === "text" && pieces.push(event.text),
      });
      expect(turn.answer).toBe("Your table for two is booked.");
      expect(turn.tools).toEqual([{ name: "book_table", ok: true }]);
      expect(pieces.join("")).toBe(turn.answer);
      expect(pieces.length).toBeGreaterThan(1);
      expect(turn.usage.calls).toBe(2);
      expect(turn.usage.tokens.in).toBeGreaterThan(0);
      expect(asked[0]?.tools.map(({ name }) => name)).toContain("book_table");
      expect(asked[1]?.messages.map(({ type }) => type)).toEqual(["system", "human", "ai", "tool"]);
      expect(asked[1]?.messages.at(-1)?.text).toBe("Booked for 2.");

      // The thread holds the provider's own blocks, and goes on.
      expect((await ask("ada", "Thank you.", { threadId: "t" })).answer).not.toBe("");
    });

    it("an alignment gets its critiques, judgements and updates as structured answers", async () => {
      const model = drinkingModel();
      const { align, memory } = await open(({ messages, tools }) =>
        model
          .bindTools(tools.map((each) => ({ type: "function", function: each })))
          .invoke([...messages]),
      );
      for (let n = 0; n < 16; n++) await memory.episodes.add("ada", drink(n));
      const { head, degraded, usage, iterations } = await align("ada", {
        settings: { iterations: 1 },
      });
      expect(iterations.map(({ accepted }) => accepted)).toEqual([true]);
      expect(head.lines.map(({ text }) => text)).toEqual([goodLine]);
      expect(degraded).toEqual([]);
      // Nothing had to be asked for again.
      expect(model.of("critique").length).toBe(4);
      expect(model.of("update").length).toBe(1);
      expect(usage.calls).toBe(server?.requests.length);
    });
  },
);
