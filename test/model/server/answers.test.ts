import { HumanMessage, type AIMessage, type AIMessageChunk } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { concat } from "@langchain/core/utils/stream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ask } from "../../../src/model/ask-structured.js";
import { askText } from "../../../src/model/ask-text.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import { type ServerQuirks, thoughts } from "../../../src/fake-model/server-quirks.js";

let server: OpenAiServer;
afterEach(async () => server?.close());

async function modelOn(quirks: ServerQuirks, script: readonly OpenAiReply[], name = "test-model") {
  server = await startOpenAiServer(script, {}, quirks);
  return loadChatModel(`openai:${name}`, { openaiBaseUrl: server.url, backoffMs: 0 });
}

const question = [new HumanMessage("Which film?")];
const look = tool(() => "", {
  name: "look",
  description: "Looks.",
  schema: z.object({ at: z.string() }),
});
const text: OpenAiReply = { kind: "message", text: "The third one." };
const calls: OpenAiReply = {
  kind: "message",
  text: "I look.",
  toolCalls: [
    { name: "look", args: { at: "one" } },
    { name: "look", args: { at: "two" } },
  ],
};

type Model = ReturnType<typeof loadChatModel>;
type Asking = (model: Model, options?: object) => Promise<AIMessage>;
const withTools = (model: Model) => model.bindTools?.([look]) ?? expect.unreachable();
const whole: Asking = async (model) => withTools(model).invoke(question);
const streamed: Asking = async (model) => {
  let sum: AIMessageChunk | undefined;
  for await (const piece of await withTools(model).stream(question)) {
    // Shown as it comes, so no piece may hold a thought.
    expect(piece.text).not.toMatch(/think|Hmm/);
    sum = sum === undefined ? piece : concat(sum, piece);
  }
  if (sum === undefined) throw new Error("An empty stream.");
  return sum;
};
const ways: [string, Asking][] = [
  ["whole", whole],
  ["streamed", streamed],
];

const thinking = [
  "in marks",
  "in unopened marks",
  "in parts",
  "reasoning",
  "reasoning_content",
] as const;

describe.each(ways)("an answer, %s,", (_way, asked) => {
  it.each(thinking)("is without the reasoning that came %s", async (thinks) => {
    const model = await modelOn({ thinks }, [text], "a-thinking-model");
    const answer = await asked(model);
    expect(answer.content).toBe("The third one.");
    expect(JSON.stringify(answer)).not.toContain(thoughts);
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 7 });
  });

  it.each<[string, ServerQuirks]>([
    ["no quirk", {}],
    ["empty ids", { callIds: "empty" }],
    ["missing ids", { callIds: "missing" }],
    ["the same id for all", { callIds: "repeated" }],
    ["no ids and no index", { callIds: "missing", callIndex: "missing" }],
    ["no index", { callIndex: "missing" }],
    ["index 0 for all", { callIndex: "zero" }],
    ["thoughts before", { thinks: "in marks", callIds: "empty" }],
    ["thoughts in parts", { thinks: "in parts" }],
  ])("has every tool call with an id of its own: %s", async (_name, quirks) => {
    const answer = await asked(await modelOn(quirks, [calls]));
    expect(answer.text).toBe("I look.");
    expect(answer.tool_calls?.map(({ name, args }) => [name, args])).toEqual([
      ["look", { at: "one" }],
      ["look", { at: "two" }],
    ]);
    expect(answer.invalid_tool_calls ?? []).toEqual([]);
    const ids = answer.tool_calls?.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(2);
    expect(ids.every(Boolean)).toBe(true);
  });

  it("has an id of its own, although the server gives all the same", async () => {
    const model = await modelOn({}, [text, text]);
    const [first, second] = [await asked(model), await asked(model)];
    expect(first.id).toMatch(/^chatcmpl-scripted-/);
    expect(second.id).not.toBe(first.id);
  });

  it("speaks of the marks if it was asked about them", async () => {
    const about = "The tag <think> opens reasoning and </think> closes it.";
    const model = await modelOn({}, [{ kind: "message", text: about }]);
    server.requests.length = 0;
    expect((await model.invoke(question)).text).toBe(about);
  });
});

describe("reasoning without an opening mark in a stream", () => {
  it("is held back from the first answer on", async () => {
    const model = await modelOn({ thinks: "in unopened marks" }, [text, text]);
    const texts = async () => {
      const pieces: string[] = [];
      for await (const piece of await model.stream(question)) pieces.push(piece.text);
      return pieces.join("");
    };
    expect(await texts()).toBe("The third one.");
    expect(await texts()).toBe("The third one.");
  });

  it("is known from any whole answer before, as of an import or a reflection", async () => {
    const model = await modelOn({ thinks: "in unopened marks" }, [text, text]);
    expect((await model.invoke(question)).text).toBe("The third one.");
    expect((await streamed(model)).text).toBe("The third one.");
  });
});

describe("usage", () => {
  it("is read where Groq has it", async () => {
    const answer = await streamed(await modelOn({ usage: "x_groq" }, [text]));
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 7 });
  });

  it("counts reasoning that is only in the total", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 40 };
    const message = { role: "assistant", content: "yes" };
    const body = JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage });
    const model = await modelOn({}, [{ kind: "raw", body }]);
    expect((await model.invoke(question)).usage_metadata).toMatchObject({ output_tokens: 30 });
  });
});

describe("an answer that is asked for as a stream", () => {
  it("may come whole", async () => {
    const message = { role: "assistant", content: "<think>Hmm.</think>yes", tool_calls: null };
    const body = JSON.stringify({
      choices: [{ message, finish_reason: "stop" }],
      usage: { prompt_tokens: 3 },
    });
    const model = await modelOn({}, [{ kind: "raw", body }]);
    const answer = await streamed(model);
    expect(answer.text).toBe("yes");
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 3 });
  });

  it("is no answer if the connection ends before the answer does", async () => {
    const half = 'data: {"choices": [{"delta": {"content": "half an"}}]}\n\n';
    const model = await modelOn({}, [{ kind: "raw", type: "text/event-stream", body: half }]);
    await expect(streamed(model)).rejects.toThrow(/terminated/);
  });
});

describe.each(thinking)("with reasoning that comes %s", (thinks) => {
  it("a structured answer fits the first time", async () => {
    const answer = { lines: ["first"] };
    const reply: OpenAiReply = { kind: "message", text: JSON.stringify(answer) };
    const model = await modelOn({ thinks }, [reply]);
    const schema = z.object({ lines: z.array(z.string()) });
    const asked = await ask({ model, messages: question, schema, name: "lines" });
    expect(asked).toMatchObject({ answer, attempts: 1 });
  });

  it("paper mode reads the answer alone", async () => {
    const model = await modelOn({ thinks }, [text]);
    expect((await askText(model, "Write the persona.")).text).toBe("The third one.");
  });
});
