import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ask } from "../../../src/model/ask-structured.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";
import type { ServerQuirks } from "../../../src/fake-model/server-quirks.js";

let server: OpenAiServer;
afterEach(async () => server?.close());

async function modelOn(quirks: ServerQuirks, script: readonly OpenAiReply[], name = "test-model") {
  server = await startOpenAiServer(script, {}, quirks);
  return loadChatModel(`openai:${name}`, { openaiBaseUrl: server.url, backoffMs: 0 });
}

const prompt = [new SystemMessage("You answer."), new HumanMessage("Which film?")];
const text: OpenAiReply = { kind: "message", text: "The third one." };
const look = tool(() => "", {
  name: "look",
  description: "Looks.",
  schema: z.object({ count: z.number().int().min(1).optional().describe("How many.") }),
});
const schema = z.object({
  lines: z.array(z.string().min(1).describe("A line.")).max(6).describe("One each."),
  title: z.string(),
  count: z.number().int().max(5),
});
const good = { lines: ["first"], title: "Films", count: 2 };
const structured: OpenAiReply = { kind: "message", text: JSON.stringify(good) };
const askOn = (model: ReturnType<typeof loadChatModel>) =>
  ask({ model, messages: prompt, schema, name: "persona_update" });

describe("schemas", () => {
  it("of answers are plain, and in strict mode without bounds", async () => {
    await askOn(await modelOn({}, [structured]));
    expect(server.requests[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: {
        name: "persona_update",
        strict: true,
        schema: {
          type: "object",
          properties: {
            lines: {
              type: "array",
              items: { type: "string", description: "A line." },
              description: "One each.",
            },
            title: { type: "string" },
            count: { type: "integer" },
          },
          required: ["lines", "title", "count"],
          additionalProperties: false,
        },
      },
    });
  });

  it("of answers are checked by us, so that a bound that was not sent holds", async () => {
    const tooMany: OpenAiReply = { kind: "message", text: JSON.stringify({ ...good, count: 9 }) };
    const model = await modelOn({}, [tooMany, structured]);
    expect(await askOn(model)).toMatchObject({ answer: good, attempts: 2 });
    // The repair tells the model the bound.
    expect(JSON.stringify(server.requests[1]?.body["messages"])).toContain('\\"maximum\\":5');
  });

  it("of tools keep the bounds that say something", async () => {
    const model = await modelOn({}, [text]);
    await model.bindTools?.([look]).invoke(prompt);
    expect(server.requests[0]?.body["tools"]).toEqual([
      {
        type: "function",
        function: {
          name: "look",
          description: "Looks.",
          parameters: {
            type: "object",
            properties: { count: { type: "integer", minimum: 1, description: "How many." } },
            additionalProperties: false,
          },
        },
      },
    ]);
  });
});

describe("a field that the server refuses by name", () => {
  const fields = [
    "stream_options",
    "parallel_tool_calls",
    "strict",
    "additionalProperties",
    "tool_choice",
  ];

  it.each(fields)("is asked for without, and left out from then on: %s", async (field) => {
    const model = await modelOn({ refuses: [field] }, [text, text]);
    const options = { parallel_tool_calls: false, strict: true, tool_choice: "auto" };
    const bound = model.bindTools?.([look], options as object) ?? expect.unreachable();
    for (const _turn of [1, 2]) for await (const _piece of await bound.stream(prompt));
    expect(server.refusals).toHaveLength(1);
    server.assertUsedUp();
  });

  it("may be the stream: the answer then comes whole", async () => {
    const model = await modelOn({ refuses: ["stream"], thinks: "in marks" }, [text, text]);
    for (const _turn of [1, 2]) {
      const pieces: string[] = [];
      for await (const piece of await model.stream(prompt)) pieces.push(piece.text);
      expect(pieces.join("")).toBe("The third one.");
    }
    expect(server.refusals).toHaveLength(1);
  });

  it("is what the request is about, so that the refusal is told", async () => {
    const model = await modelOn({ refuses: ["messages"] }, []);
    await expect(model.invoke(prompt)).rejects.toThrow(/Unknown name "messages"/);
    expect(server.refusals).toHaveLength(1);
  });

  it("is only named in words that say so", async () => {
    const model = await modelOn({}, [
      {
        kind: "error",
        status: 400,
        message: "The minimum credit is used up, pay in the user console.",
      },
    ]);
    await expect(model.bindTools?.([look]).invoke(prompt)).rejects.toThrow(/minimum credit/);
    expect(server.requests).toHaveLength(1);
  });

  it("is remembered only if the server takes the request without it", async () => {
    const refused = { kind: "error", status: 400, message: "stream_options is wrong" } as const;
    const model = await modelOn({}, [refused, { ...refused, message: "no" }, text]);
    await expect(model.stream(prompt)).rejects.toThrow(/no/);
    for await (const _piece of await model.stream(prompt));
    expect(server.requests[2]?.body).toHaveProperty("stream_options");
    server.assertUsedUp();
  });

  it("may be a keyword of strict schemas", async () => {
    const refusesInStrict = [
      "minimum",
      "maximum",
      "maxItems",
      "minLength",
      "title",
      "$schema",
      "$defs",
    ];
    expect(await askOn(await modelOn({ refusesInStrict }, [structured]))).toMatchObject({
      attempts: 1,
    });
    expect(server.refusals).toEqual([]);
  });
});

describe("structured answers", () => {
  it("are asked for in the prompt where the server has none, and it is asked only once", async () => {
    const model = await modelOn({ lacks: ["structured output"], rolesAlternate: true }, [
      structured,
      structured,
    ]);
    await askOn(model);
    expect(await askOn(model)).toMatchObject({ answer: good, attempts: 1 });
    expect(server.refusals).toHaveLength(1);
    expect(JSON.stringify(server.requests[1]?.body["messages"])).toContain("JSON schema");
  });
});

describe("messages", () => {
  const rolesOf = (at: number) => {
    const messages = server.requests[at]?.body["messages"] as { role: string; content: string }[];
    return messages.map(({ role, content }) => `${role}: ${content}`);
  };

  it("of one role are joined", async () => {
    const model = await modelOn({ rolesAlternate: true }, [text]);
    const thread = [
      ...prompt,
      new HumanMessage("Hello?"),
      new AIMessage("a"),
      new AIMessage("b"),
      new HumanMessage("?"),
    ];
    await model.invoke(thread);
    expect(rolesOf(0)).toEqual([
      "system: You answer.",
      "user: Which film?\n\nHello?",
      "assistant: a\n\nb",
      "user: ?",
    ]);
  });

  it("are without a system role where the server has none", async () => {
    const model = await modelOn({ lacks: ["system"], rolesAlternate: true }, [text, text]);
    await model.invoke(prompt);
    await model.invoke(prompt);
    expect(rolesOf(1)).toEqual(["user: You answer.\n\nWhich film?"]);
    expect(server.refusals).toHaveLength(1);
  });

  it("have a system role where OpenAI's newer models have `developer`, if the server knows no such role", async () => {
    const message =
      "messages[0].role must be one of system, user, assistant, tool; found developer";
    const model = await modelOn({}, [{ kind: "error", status: 400, message }, text], "gpt-5-copy");
    await model.invoke(prompt);
    expect(rolesOf(0)[0]).toMatch(/^developer/);
    expect(rolesOf(1)[0]).toMatch(/^system/);
  });
});

describe("a field of messages", () => {
  it("is left out where the server names its path", async () => {
    const message = "'messages.2' : property 'name' is unsupported";
    const model = await modelOn({}, [{ kind: "error", status: 400, message }, text]);
    const call = { id: "call_1", name: "look", args: {} };
    await model.invoke([
      ...prompt,
      new AIMessage({ content: "", tool_calls: [call] }),
      new ToolMessage({ content: "seen", name: "look", tool_call_id: "call_1" }),
    ]);
    const shown = (at: number) => {
      const messages = server.requests[at]?.body["messages"] as object[];
      return messages[3];
    };
    expect(shown(0)).toHaveProperty("name");
    expect(shown(1)).toEqual({ role: "tool", content: "seen", tool_call_id: "call_1" });
  });

  it("such as an id of another server's thread, is given the form that the server wants", async () => {
    const model = await modelOn({ wantsShortIds: true }, [text]);
    const call = { id: "call_of_openai", name: "look", args: {} };
    await model.invoke([
      ...prompt,
      new AIMessage({ content: "", tool_calls: [call] }),
      new ToolMessage({ content: "seen", tool_call_id: "call_of_openai" }),
    ]);
    expect(server.refusals).toHaveLength(1);
    server.assertUsedUp();
  });
});

it.each([
  "Invalid 'messages[2].tool_calls[0].id': string too long. Expected a string with maximum length 40.",
  "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
])("an id of another server's thread gets a short form: %s", async (message) => {
  const model = await modelOn({}, [{ kind: "error", status: 400, message }, text]);
  const id = `call:${"x".repeat(60)}`;
  await model.invoke([
    ...prompt,
    new AIMessage({ content: "", tool_calls: [{ id, name: "look", args: {} }] }),
    new ToolMessage({ content: "seen", tool_call_id: id }),
  ]);
  expect(JSON.stringify(server.requests[1]?.body)).not.toContain("call:");
  server.assertUsedUp();
});

it("reasoning that a server misses is replaced by a space, as in a thread of another server", async () => {
  const model = await modelOn({ wantsReasoningBack: true }, [text, text]);
  const call = { id: "call_1", name: "look", args: {} };
  const thread = [
    ...prompt,
    new AIMessage({ content: "", tool_calls: [call] }),
    new ToolMessage({ content: "seen", tool_call_id: "call_1" }),
  ];
  await model.invoke(thread);
  await model.invoke(thread);
  expect(server.refusals).toHaveLength(1);
  server.assertUsedUp();
});

describe("a server without tools", () => {
  it.each([
    [400, "registry.ollama.ai/library/gemma:latest does not support tools"],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    [404, "No endpoints found that support tool use."],
    [501, "tools param requires --jinja flag"],
  ])("is told from others (%i %s)", async (status, message) => {
    const { describeModelError } = await import("../../../src/model/model-errors.js");
    const model = await modelOn({}, [{ kind: "error", status, message }]);
    const error: unknown = await model
      .bindTools?.([look])
      .invoke(prompt)
      .catch((caught: unknown) => caught);
    expect(describeModelError(error).message).toContain(`takes no tools (${status}): ${message}`);
    expect(describeModelError(error).message).toContain("Set `allowedTools` to []");
  });
});
