import { HumanMessage, type AIMessageChunk } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { concat } from "@langchain/core/utils/stream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { PersonaAgentError } from "../../src/system/errors.js";
import { describeModelError } from "../../src/model/model-errors.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import type { OpenAiOptions } from "../../src/model/server/openai-connection.js";
import {
  startOpenAiServer,
  type OpenAiReply,
  type OpenAiServer,
} from "../../src/fake-model/openai-server.js";

const key = "sk-test-do-not-show-4711";
const question = [new HumanMessage("Which film?")];
let server: OpenAiServer;

afterEach(async () => server.close());

async function modelOn(
  script: Parameters<typeof startOpenAiServer>[0],
  options: Partial<OpenAiOptions> = {},
) {
  server = await startOpenAiServer(script);
  return loadChatModel("openai:test-model", {
    openaiApiKey: key,
    openaiBaseUrl: server.url,
    timeoutMs: 5_000,
    backoffMs: 0,
    ...options,
  });
}

/** What a caller is told when the call fails, or a failed test when it does not. */
async function failure(call: () => Promise<unknown>): Promise<PersonaAgentError> {
  try {
    await call();
  } catch (error) {
    const described = describeModelError(error);
    if (!PersonaAgentError.is(described)) throw error;
    expect(described.message).not.toContain("\n");
    expect(described.message).not.toContain(key);
    expect(String(described.cause)).not.toContain(key);
    expect(JSON.stringify(described.details)).not.toContain(key);
    return described;
  }
  throw new Error("The call did not fail.");
}

async function streamed(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk[]> {
  const chunks: AIMessageChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("an OpenAI model that works", () => {
  it("answers, with key, model and usage in place", async () => {
    const model = await modelOn([{ kind: "message", text: "The third one." }]);
    const answer = await model.invoke(question);
    expect(answer.text).toBe("The third one.");
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 7 });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    expect(server.requests[0]?.body).toMatchObject({ model: "test-model", stream: false });
    server.assertUsedUp();
  });

  it("streams word by word and reports usage at the end", async () => {
    const model = await modelOn([{ kind: "message", text: "one two three" }]);
    const chunks = await streamed(await model.stream(question));
    expect(chunks.map((chunk) => chunk.text).filter((text) => text !== "")).toEqual([
      "one ",
      "two ",
      "three",
    ]);
    const whole = chunks.reduce((sum, chunk) => concat(sum, chunk));
    expect(whole.usage_metadata).toMatchObject({ input_tokens: 11, output_tokens: 7 });
    expect(server.requests[0]?.body["stream_options"]).toEqual({ include_usage: true });
    server.assertUsedUp();
  });

  const search = tool(() => "", {
    name: "search",
    description: "Searches.",
    schema: z.object({ query: z.string() }),
  });
  const call: OpenAiReply = {
    kind: "message",
    toolCalls: [{ name: "search", args: { query: "slow films of the seventies" }, id: "c1" }],
  };
  const expectedCall = {
    name: "search",
    args: { query: "slow films of the seventies" },
    id: "c1",
    type: "tool_call",
  };

  it("offers tools and reads a tool call", async () => {
    const model = await modelOn([call]);
    const answer = await model.bindTools?.([search]).invoke(question);
    expect(answer?.tool_calls).toEqual([expectedCall]);
    expect(server.requests[0]?.body["tools"]).toMatchObject([
      { type: "function", function: { name: "search" } },
    ]);
    server.assertUsedUp();
  });

  it("puts a tool call together that was streamed in pieces", async () => {
    const model = await modelOn([call]);
    const stream = await model.bindTools?.([search]).stream(question);
    const whole = stream && (await streamed(stream)).reduce((sum, chunk) => concat(sum, chunk));
    expect(whole?.tool_calls).toEqual([expectedCall]);
    server.assertUsedUp();
  });

  it("keeps a refusal, streamed or not", async () => {
    const refusal: OpenAiReply = { kind: "message", refusal: "I cannot help with that." };
    const model = await modelOn([refusal, refusal]);
    const answer = await model.invoke(question);
    expect(answer.additional_kwargs["refusal"]).toBe("I cannot help with that.");
    const whole = (await streamed(await model.stream(question))).reduce((a, b) => concat(a, b));
    expect(whole.additional_kwargs["refusal"]).toBe("I cannot help with that.");
    server.assertUsedUp();
  });

  it("needs no key for another server, and sends none", async () => {
    const model = await modelOn([{ kind: "message", text: "yes" }], { openaiApiKey: undefined });
    expect((await model.invoke(question)).text).toBe("yes");
    expect(server.requests[0]?.headers.authorization).toBe("Bearer none");
    server.assertUsedUp();
  });
});

describe("retries", () => {
  const slowDown = (headers: Record<string, string>): OpenAiReply => ({
    kind: "error",
    status: 429,
    message: "Too many requests",
    headers,
  });

  it.each([
    ["a 429 with retry-after", slowDown({ "retry-after": "0" })],
    ["a 429 with retry-after-ms", slowDown({ "retry-after-ms": "1" })],
    ["a 429 with a date in the past", slowDown({ "retry-after": "Wed, 01 Jan 2020 00:00:00 GMT" })],
    ["a 429 that names no time", slowDown({})],
    ["a 500", { kind: "error", status: 500 } as const],
  ])("tries again after %s", async (_name, fault) => {
    const model = await modelOn([fault, fault, { kind: "message", text: "at last" }]);
    expect((await model.invoke(question)).text).toBe("at last");
    expect(server.requests).toHaveLength(3);
    server.assertUsedUp();
  });

  it("waits as long as retry-after says, not as its own backoff would", async () => {
    // With the backoff of an hour this test would run into its time limit.
    const model = await modelOn(
      [slowDown({ "retry-after": "0.01" }), { kind: "message", text: "soon" }],
      { backoffMs: 30_000 },
    );
    expect((await model.invoke(question)).text).toBe("soon");
    server.assertUsedUp();
  });

  it("gives up after the last retry, with the provider's reason", async () => {
    const model = await modelOn(() => slowDown({ "retry-after": "0" }), { maxRetries: 1 });
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toMatch(/429.*Too many requests/);
    expect(server.requests).toHaveLength(2);
  });

  it("does not wait for a server that asks for more than a minute", async () => {
    const model = await modelOn([slowDown({ "retry-after": "3600" })]);
    expect((await failure(() => model.invoke(question))).code).toBe("model-unavailable");
    expect(server.requests).toHaveLength(1);
  });

  it("stops waiting when it is aborted", async () => {
    const stop = new AbortController();
    const model = await modelOn(() => {
      setImmediate(() => stop.abort());
      return slowDown({ "retry-after": "50" });
    });
    await expect(model.invoke(question, { signal: stop.signal })).rejects.toThrow(/abort/i);
    expect(server.requests).toHaveLength(1);
  });
});

describe("faults", () => {
  const wrongKey: OpenAiReply = {
    kind: "error",
    status: 401,
    code: "invalid_api_key",
    message: `Incorrect API key provided: ${key}.`,
  };

  it("reports a wrong key in one line, asks once, and never shows the key", async () => {
    const model = await modelOn(() => wrongKey);
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-key-refused");
    expect(error.message).toBe(
      "The model's server refused the key (401 invalid_api_key): Incorrect API key provided: [key]. Check OPENAI_API_KEY, or the key that the model was given.",
    );
    expect(server.requests).toHaveLength(1);
  });

  it("says that a model is unknown", async () => {
    const model = await modelOn([
      { kind: "error", status: 404, message: "The model `test-model` does not exist" },
    ]);
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("The model `test-model` does not exist.");
  });

  it("says why a request was refused", async () => {
    const model = await modelOn([
      { kind: "error", status: 400, message: "This model does not support tools." },
    ]);
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("(400)");
    expect(error.message).toContain("does not support tools");
    expect(server.requests).toHaveLength(1);
  });

  it("says that no server answers", async () => {
    const model = await modelOn([]);
    await server.close();
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("ECONNREFUSED");
    server = await startOpenAiServer([]);
  });

  it.each(["invoke", "stream"] as const)(
    "does not wait for ever for a silent server (%s)",
    async (way) => {
      const model = await modelOn([{ kind: "silence" }], { timeoutMs: 50 });
      const error = await failure(async () =>
        way === "invoke" ? model.invoke(question) : streamed(await model.stream(question)),
      );
      expect(error.code).toBe("model-unavailable");
      expect(error.message).toContain("was silent for 0.05 s");
      // None when the limit passed before the server had read it; never a second one.
      expect(server.requests.length).toBeLessThan(2);
    },
  );

  it("ends a stream that stalls, and does not take its beginning for the answer", async () => {
    const model = await modelOn([{ kind: "stall", text: "half an" }], { timeoutMs: 500 });
    const texts: string[] = [];
    const error = await failure(async () => {
      for await (const chunk of await model.stream(question)) texts.push(chunk.text);
    });
    expect(texts).toEqual(["half an"]);
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("was silent");
  });

  it("ends a call that takes too long in total", async () => {
    const model = await modelOn([{ kind: "stall", text: "half" }], { callTimeoutMs: 100 });
    const error = await failure(async () => streamed(await model.stream(question)));
    expect(error.message).toContain("did not finish within 0.1 s");
  });

  it("says that a stream was cut", async () => {
    const model = await modelOn([{ kind: "cut", text: "half an" }]);
    const error = await failure(async () => streamed(await model.stream(question)));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("cut");
  });

  it.each([
    ["broken JSON", "application/json", '{"choices": [{"mess'],
    ["a page", "text/html", "<html>Welcome to the router</html>"],
    ["JSON that is no completion", "application/json", '{"ok": true}'],
  ])("says that %s is no answer", async (_name, type, body) => {
    const model = await modelOn([{ kind: "raw", type, body }]);
    const error = await failure(() => model.invoke(question));
    expect(error.code).toBe("model-output-invalid");
    server.assertUsedUp();
  });

  it("says that broken JSON in a stream is no answer, and prints nothing", async () => {
    const model = await modelOn([
      { kind: "raw", type: "text/event-stream", body: 'data: {"choices": [{"de\n\n' },
    ]);
    const error = await failure(async () => streamed(await model.stream(question)));
    expect(error.code).toBe("model-output-invalid");
  });

  it("reports a provider's error in the middle of a stream", async () => {
    const begun = 'data: {"choices": [{"delta": {"content": "half"}}]}\n\n';
    const model = await modelOn([
      {
        kind: "raw",
        type: "text/event-stream",
        body: `${begun}data: {"error": {"message": "Provider is overloaded"}}\n\n`,
      },
    ]);
    const error = await failure(async () => streamed(await model.stream(question)));
    expect(error.code).toBe("model-unavailable");
    expect(error.message).toContain("Provider is overloaded");
  });
});

describe("abort", () => {
  it("ends a call without an answer, and is not reported as a fault of the model", async () => {
    const stop = new AbortController();
    const model = await modelOn(() => {
      setImmediate(() => stop.abort());
      return { kind: "silence" };
    });
    const error: unknown = await model
      .invoke(question, { signal: stop.signal })
      .catch((caught: unknown) => caught);
    expect(PersonaAgentError.is(describeModelError(error))).toBe(false);
    expect(describeModelError(error)).toBe(error);
  });

  it("ends a stream in the middle", async () => {
    const stop = new AbortController();
    const model = await modelOn([{ kind: "stall", text: "half" }]);
    const error: unknown = await (async () => {
      for await (const _chunk of await model.stream(question, { signal: stop.signal }))
        stop.abort();
    })().catch((caught: unknown) => caught);
    expect(describeModelError(error, stop.signal)).toBe(error);
  });
});

describe("settings", () => {
  it.each([
    ["gpt-5", {}, /The model "gpt-5" is not known; expected `offline` or `openai:<name>`/],
    ["openai:", {}, /is not known/],
    ["openai:some-model", {}, /there is no key.*Set OPENAI_API_KEY/],
    ["openai:some-model", { openaiApiKey: " " }, /there is no key/],
    ["openai:some-model", { openaiBaseUrl: "localhost:11434" }, /OPENAI_BASE_URL/],
  ])("refuses %s with %o in one line", async (spec, options, message) => {
    server = await startOpenAiServer([]);
    try {
      loadChatModel(spec, options);
      expect.unreachable();
    } catch (error) {
      expect(PersonaAgentError.is(error, "config-invalid")).toBe(true);
      expect(String(error)).toMatch(message);
      expect(String(error)).not.toContain("\n");
    }
  });
});
