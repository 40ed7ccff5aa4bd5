import { AIMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { PersonaAgentError } from "../../src/system/errors.js";
import { ask } from "../../src/model/ask-structured.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import {
  startOpenAiServer,
  type OpenAiReply,
  type OpenAiRequest,
  type OpenAiServer,
} from "../../src/fake-model/openai-server.js";
import { callsTools, ScriptedModel } from "../support/models/scripted-model.js";

const schema = z.object({
  lines: z.array(z.string().min(1)).describe("One each."),
  count: z.number().int(),
});
const messages = [new SystemMessage("You count."), new HumanMessage("Count the lines.")];
const good = { lines: ["first", "second"], count: 2 };
const says = (text: string): OpenAiReply => ({ kind: "message", text });

let server: OpenAiServer;
afterEach(async () => server?.close());

async function asked(
  script: Parameters<typeof startOpenAiServer>[0],
  options: { name?: string; model?: string; config?: RunnableConfig } = {},
) {
  server = await startOpenAiServer(script);
  const { model = "test-model", ...rest } = options;
  return ask({
    model: loadChatModel(`openai:${model}`, {
      openaiBaseUrl: server.url,
      timeoutMs: 5_000,
      backoffMs: 0,
    }),
    messages,
    schema,
    name: "counted",
    ...rest,
  });
}

async function refused(asking: Promise<unknown>): Promise<PersonaAgentError> {
  const error: unknown = await asking.catch((caught: unknown) => caught);
  if (PersonaAgentError.is(error)) return error;
  throw error;
}

function sent(request: OpenAiRequest | undefined): { role: string; content: string }[] {
  return (request?.body["messages"] ?? []) as { role: string; content: string }[];
}

describe("ask, through OpenAI's client", () => {
  it("gives the provider the schema and returns what fits it", async () => {
    const result = await asked([says(JSON.stringify(good))]);
    expect(result).toEqual({
      answer: good,
      usage: { calls: 1, tokens: { in: 11, out: 7 } },
      attempts: 1,
    });
    expect(server.requests[0]?.body["response_format"]).toMatchObject({
      type: "json_schema",
      json_schema: { name: "counted", schema: { type: "object", required: ["lines", "count"] } },
    });
    expect(sent(server.requests[0])).toHaveLength(2);
    server.assertUsedUp();
  });

  it("reads the answer from a tool call if the model accepts no schema", async () => {
    const reply: OpenAiReply = { kind: "message", toolCalls: [{ name: "counted", args: good }] };
    const result = await asked([reply], { model: "gpt-4" });
    expect(result.answer).toEqual(good);
    expect(server.requests[0]?.body["tool_choice"]).toMatchObject({
      function: { name: "counted" },
    });
    server.assertUsedUp();
  });

  it.each([
    ["a fence", `\`\`\`json\n${JSON.stringify(good)}\n\`\`\``],
    ["words around", `Sure! Here it is: ${JSON.stringify(good)} Anything else?`],
  ])("takes JSON with %s as it is", async (_name, text) => {
    const result = await asked([says(text)]);
    expect(result).toMatchObject({ answer: good, attempts: 1 });
    server.assertUsedUp();
  });

  it.each([
    ["prose", says("There are two lines."), /not one whole JSON object/, "There are two lines."],
    ["half JSON", says('{"lines": ["first"'), /not one whole JSON object/, '{"lines": ["first"'],
    [
      "wrong fields",
      says('{"lines": "first", "count": 1}'),
      /Wrong fields: lines: /,
      '{"lines": "first", "count": 1}',
    ],
    ["nothing", says(""), /It was empty/, "(empty)"],
    [
      "an answer that was cut off",
      { kind: "message", text: '{"lines": [', finishReason: "length" } as const,
      /cut off; answer more briefly/,
      '{"lines": [',
    ],
  ])("asks again after %s, with the problem named", async (_name, bad, problem, shown) => {
    const result = await asked([bad, says(JSON.stringify(good))]);
    expect(result).toEqual({
      answer: good,
      usage: { calls: 2, tokens: { in: 22, out: 14 } },
      attempts: 2,
    });
    const [, , answer, repair] = sent(server.requests[1]);
    expect(answer).toMatchObject({ role: "assistant", content: shown });
    expect(repair?.role).toBe("user");
    expect(repair?.content).toMatch(problem);
    expect(repair?.content).toContain('"required":["lines","count"]');
    server.assertUsedUp();
  });

  it("asks again after a tool call whose arguments are not JSON", async () => {
    const call = (args: object | string): OpenAiReply => ({
      kind: "message",
      toolCalls: [{ name: "counted", args }],
    });
    const result = await asked([call('{"lines": ['), call(good)], { model: "gpt-4" });
    expect(result).toMatchObject({ answer: good, attempts: 2 });
    expect(sent(server.requests[1])[2]?.content).toBe('{"lines": [');
    server.assertUsedUp();
  });

  it("shows only the last bad answer when it asks a third time", async () => {
    await asked([says("no"), says("still no"), says(JSON.stringify(good))]);
    expect(sent(server.requests[2]).map((message) => message.content)).toEqual([
      "You count.",
      "Count the lines.",
      "still no",
      expect.stringContaining("could not be used"),
    ]);
    server.assertUsedUp();
  });

  it("gives up after two repairs, with the last answer and the cost", async () => {
    const error = await refused(asked([says("no"), says("no"), says("x".repeat(9_000))]));
    expect(error.code).toBe("model-output-invalid");
    expect(error.message).toMatch(/^The model's answer did not fit after 3 attempts: .*\.$/);
    expect(error.details).toMatchObject({
      answer: "x".repeat(4_000),
      attempts: 3,
      usage: { calls: 3, tokens: { in: 33, out: 21 } },
    });
    server.assertUsedUp();
  });

  it.each([
    ["a refusal", { kind: "message", refusal: "I will not." } as const],
    ["a content filter", { kind: "message", text: "I", finishReason: "content_filter" } as const],
  ])("does not ask again after %s", async (_name, reply) => {
    const error = await refused(asked([reply]));
    expect(error.code).toBe("model-output-invalid");
    expect(error.message).toMatch(/^The model refused to answer/);
    server.assertUsedUp();
  });

  it("puts the schema into the prompt if the server rejects it", async () => {
    const unsupported: OpenAiReply = {
      kind: "error",
      status: 400,
      message: "response_format is not supported",
    };
    const result = await asked([unsupported, says("no"), says(JSON.stringify(good))]);
    // The refused request cost nothing and is not counted.
    expect(result).toMatchObject({ answer: good, attempts: 2, usage: { calls: 2 } });
    const [, plain, repaired] = server.requests;
    expect(plain?.body["response_format"]).toBeUndefined();
    expect(sent(plain).at(-1)?.content).toContain('"required":["lines","count"]');
    expect(repaired?.body["response_format"]).toBeUndefined();
    server.assertUsedUp();
  });

  it("fails at once, in one line, when the key is refused", async () => {
    const error = await refused(asked(() => ({ kind: "error", status: 401 })));
    expect(error.code).toBe("model-key-refused");
    expect(server.requests).toHaveLength(1);
  });

  it("throws an abort unchanged", async () => {
    const stop = new AbortController();
    const reason = new Error("The user left.");
    const asking = asked(
      () => {
        setImmediate(() => stop.abort(reason));
        return { kind: "silence" };
      },
      { config: { signal: stop.signal } },
    );
    const error: unknown = await asking.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(PersonaAgentError.is(error)).toBe(false);
  });
});

describe("ask, with any LangChain model", () => {
  it("works with a model that only knows tools", async () => {
    const model = new ScriptedModel([callsTools({ name: "counted", args: good })]);
    const result = await ask({ model, messages, schema, name: "counted" });
    expect(result).toMatchObject({ answer: good, attempts: 1, usage: { calls: 1 } });
    expect(model.toolsOffered).toEqual([["counted"]]);
    model.assertUsedUp();
  });

  it("repairs a model that answers in words", async () => {
    const model = new ScriptedModel(["Two.", new AIMessage(JSON.stringify(good))]);
    const result = await ask({ model, messages, schema, name: "counted" });
    expect(result).toMatchObject({ answer: good, attempts: 2 });
    expect(model.calls[1]?.map((message) => message.type)).toEqual([
      "system",
      "human",
      "ai",
      "human",
    ]);
    model.assertUsedUp();
  });
});
