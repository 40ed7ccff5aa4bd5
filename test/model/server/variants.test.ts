import {
  AIMessage,
  type AIMessageChunk,
  HumanMessage,
  SystemMessage,
} from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { concat } from "@langchain/core/utils/stream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { ask } from "../../../src/model/ask-structured.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { describeModelError } from "../../../src/model/model-errors.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";

/** Answers as public reports show them, in the very fields that servers send. */
let server: OpenAiServer;
afterEach(async () => server?.close());

async function modelOn(script: Parameters<typeof startOpenAiServer>[0]) {
  server = await startOpenAiServer(script);
  return loadChatModel("openai:some-model", { openaiBaseUrl: server.url, backoffMs: 0 });
}
type Model = Awaited<ReturnType<typeof modelOn>>;

type Fields = Record<string, unknown>;
const question = [new HumanMessage("Which film?")];
const look = tool(() => "", {
  name: "look",
  description: "Looks.",
  schema: z.object({ at: z.string().optional() }),
});

/** One message, whole or in pieces of a stream. */
interface Variant {
  readonly message: Fields;
  /** The message itself in one piece, unless given. */
  readonly deltas?: readonly Fields[];
  readonly finish?: unknown;
  /** Of each piece but the last; `null` unless given. */
  readonly finishEach?: string;
  readonly usage?: unknown;
  /** Around the choices. */
  readonly around?: Fields;
}

function whole({ message, finish = "stop", usage, around }: Variant): OpenAiReply {
  const choice = { message, ...(finish !== undefined && { finish_reason: finish }) };
  return { kind: "raw", body: JSON.stringify({ choices: [choice], usage, ...around }) };
}

function streamed(variant: Variant): OpenAiReply {
  const {
    message,
    deltas = [message],
    finish = "stop",
    finishEach = null,
    usage,
    around,
  } = variant;
  const chunks: Fields[] = deltas.map((delta) => ({
    choices: [{ index: 0, delta, finish_reason: finishEach }],
    ...around,
  }));
  chunks.push({ choices: [{ index: 0, delta: {}, finish_reason: finish }], usage });
  const events = [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"];
  return stream(events.map((event) => `data: ${event}\n\n`).join(""));
}
const stream = (body: string): OpenAiReply => ({ kind: "raw", type: "text/event-stream", body });

const withTools = (model: Model) => model.bindTools?.([look]) ?? expect.unreachable();
async function sumOf(model: Model): Promise<AIMessage> {
  let sum: AIMessageChunk | undefined;
  for await (const piece of await withTools(model).stream(question))
    sum = sum === undefined ? piece : concat(sum, piece);
  return sum ?? expect.unreachable();
}

const letters = (content: string) =>
  content.match(/[\s\S]{1,3}/g)?.map((part) => ({ content: part }));
const textually = (content: string): Variant => ({
  message: { role: "assistant", content },
  deltas: letters(content) ?? [],
});
const answer = JSON.stringify({ lines: ["first"] });
const thought = 'Hmm, perhaps {"lines": []}?';

describe.each<[string, (text: string) => Variant]>([
  ["between <thinking>", (text) => textually(`<thinking>${thought}</thinking>\n${text}`)],
  ["between <reasoning>", (text) => textually(`<reasoning>${thought}</reasoning>${text}`)],
  ["between <Think> in capitals", (text) => textually(`<Think>${thought}</Think>${text}`)],
  ["between [THINK]", (text) => textually(`[THINK]${thought}[/THINK]${text}`)],
  ["between marks in capitals", (text) => textually(`<THOUGHT>${thought}</THOUGHT>${text}`)],
  [
    "in a channel, as gpt-oss writes it",
    (text) =>
      textually(
        `<|channel|>analysis<|message|>${thought}<|end|><|start|>assistant<|channel|>final<|message|>${text}<|return|>`,
      ),
  ],
  [
    "in a channel, as Gemma writes it",
    (text) => textually(`<|channel>thought\n${thought}<channel|>${text}`),
  ],
  [
    "between marks, as Command writes it",
    (text) =>
      textually(
        `<|START_THINKING|>${thought}<|END_THINKING|><|START_RESPONSE|>${text}<|END_RESPONSE|>`,
      ),
  ],
  [
    "between marks, as OpenThinker writes it",
    (text) =>
      textually(
        `<|begin_of_thought|>${thought}<|end_of_thought|>\n\n<|begin_of_solution|>${text}<|end_of_solution|>`,
      ),
  ],
  ...[
    ["<thoughts>", "</thoughts>"],
    ["<antThinking>", "</antThinking>"],
    ["<scratchpad>", "</scratchpad>"],
    ["<mm:think>", "</mm:think>"],
    ["<|inner_prefix|>", "<|inner_suffix|>"],
  ].map(([open = "", close = ""]): [string, (text: string) => Variant] => [
    `between ${open}`,
    (text) => textually(`${open}${thought}${close}\n${text}`),
  ]),
  ...["response", "output"].map((mark): [string, (text: string) => Variant] => [
    `with the answer between <${mark}>`,
    (text) => textually(`<think>${thought}</think>\n\n<${mark}>\n${text}\n</${mark}>\n`),
  ]),
  [
    "in a channel, before an answer in JSON",
    (text) =>
      textually(
        `<|channel|>analysis<|message|>${thought}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>${text}<|return|>`,
      ),
  ],
  [
    "with the answer between marks, as Hunyuan writes it",
    (text) => textually(`<think>\n${thought}\n</think>\n<answer>\n${text}\n</answer>`),
  ],
  ...["reasoning", "reasoning_content", "reasoning_text", "thinking"].map(
    (field): [string, (text: string) => Variant] => [
      `in ${field}`,
      (text) => ({
        message: { content: text, [field]: thought },
        deltas: [{ [field]: thought }, { content: text }],
      }),
    ],
  ),
  [
    "in reasoning_details and thinking_blocks",
    (text) => ({
      message: {
        content: text,
        reasoning_details: [{ type: "reasoning.text", text: thought }],
        thinking_blocks: [{ type: "thinking", thinking: thought, signature: "c2ln" }],
      },
    }),
  ],
  ...[
    { type: "reasoning", text: thought },
    { type: "reasoning", summary: [{ type: "summary_text", text: thought }] },
    { type: "thinking", thinking: thought },
    { type: "thinking", thinking: [{ type: "text", text: thought }] },
    { type: "redacted_thinking", data: "c2ln" },
    { type: "text", text: thought, thought: true },
  ].map((part): [string, (text: string) => Variant] => [
    `in a part like ${JSON.stringify(part)}`,
    (text) => ({ message: { content: [part, { type: "output_text", text }] } }),
  ]),
])("reasoning %s", (_name, variant) => {
  it("is no part of an answer, whole or streamed", async () => {
    const script = [whole(variant("The third.")), streamed(variant("The third."))];
    const model = await modelOn(script);
    const answers = [await withTools(model).invoke(question), await sumOf(model)];
    expect(answers.map(({ text }) => text.trim())).toEqual(["The third.", "The third."]);
    expect(JSON.stringify(answers)).not.toContain("Hmm");
  });

  it("is no part of a structured answer, whole or streamed", async () => {
    const model = await modelOn([whole(variant(answer)), streamed(variant(answer))]);
    const schema = z.object({ lines: z.array(z.string()) });
    for (const _way of [1, 2])
      expect(await ask({ model, messages: question, schema, name: "lines" })).toMatchObject({
        answer: { lines: ["first"] },
        attempts: 1,
      });
  });
});

const calls = (...tool_calls: unknown[]): Variant => ({
  message: { role: "assistant", content: null, tool_calls },
  deltas: tool_calls.map((call) => ({ tool_calls: [call] })),
  finish: "tool_calls",
});
const fn = (args: unknown, name = "look") => ({
  type: "function",
  function: { name, arguments: args },
});

describe("tool calls", () => {
  it.each<[string, Variant, unknown[]]>([
    ["an id that is a number", calls({ id: 7, ...fn('{"at":"one"}') }), [{ at: "one" }]],
    ["an id that is null", calls({ id: null, ...fn('{"at":"one"}') }), [{ at: "one" }]],
    [
      "the same id twice",
      calls(
        { id: "a", index: 0, ...fn('{"at":"one"}') },
        { id: "a", index: 1, ...fn('{"at":"two"}') },
      ),
      [{ at: "one" }, { at: "two" }],
    ],
    [
      "the same id twice and no index",
      calls({ id: "a", ...fn('{"at":"one"}') }, { id: "a", ...fn('{"at":"two"}') }),
      [{ at: "one" }, { at: "two" }],
    ],
    ["arguments as an object", calls({ id: "a", ...fn({ at: "one" }) }), [{ at: "one" }]],
    [
      "arguments as JSON in JSON",
      calls({ id: "a", ...fn('"{\\"at\\":\\"one\\"}"') }),
      [{ at: "one" }],
    ],
    ["arguments that are empty", calls({ id: "a", ...fn("") }), [{}]],
    ["arguments that are null", calls({ id: "a", ...fn(null) }), [{}]],
    ["arguments `null`", calls({ id: "a", ...fn("null") }), [{}]],
    ["no arguments", calls({ id: "a", function: { name: "look" } }), [{}]],
    [
      "no function around it",
      calls({ id: "a", name: "look", arguments: { at: "one" } }),
      [{ at: "one" }],
    ],
    [
      "no list around it",
      {
        ...calls(),
        message: { tool_calls: { id: "a", ...fn('{"at":"one"}') } },
        deltas: [{ tool_calls: { id: "a", ...fn('{"at":"one"}') } }],
      },
      [{ at: "one" }],
    ],
    [
      "the older form",
      {
        message: { content: null, function_call: { name: "look", arguments: '{"at":"one"}' } },
        deltas: [
          { function_call: { name: "look", arguments: "" } },
          { function_call: { arguments: '{"at":' } },
          { function_call: { arguments: '"one"}' } },
        ],
        finish: "function_call",
      },
      [{ at: "one" }],
    ],
    [
      "a reason with each piece, and pieces of arguments",
      {
        ...calls({ id: "a", ...fn('{"at":"one"}') }),
        deltas: [
          { tool_calls: [{ index: 0, id: "a", ...fn("") }] },
          { tool_calls: [{ index: 0, function: { arguments: '{"at":"one"}' } }] },
        ],
        finishEach: "tool_calls",
      },
      [{ at: "one" }],
    ],
    [
      "the reason `stop`",
      { ...calls({ id: "a", ...fn('{"at":"one"}') }), finish: "stop" },
      [{ at: "one" }],
    ],
    [
      "marks in the text, as Qwen writes them",
      textually('<tool_call>\n{"name": "look", "arguments": {"at": "one"}}\n</tool_call>'),
      [{ at: "one" }],
    ],
    [
      "two of them after a sentence, the last one without its end mark",
      textually(
        'Let us see.\n<tool_call>{"name":"look","arguments":{"at":"one"}}</tool_call>\n<tool_call>\n{"name":"look","parameters":"{\\"at\\":\\"two\\"}"}',
      ),
      [{ at: "one" }, { at: "two" }],
    ],
    [
      "a list after Mistral's mark",
      textually('[TOOL_CALLS] [{"name": "look", "arguments": {"at": "one"}}]'),
      [{ at: "one" }],
    ],
    ...[
      "<tool_call>\n<function=look>\n<parameter=at>\none\n</parameter>\n</function>\n</tool_call>",
      "<tool_call>look\n<arg_key>at</arg_key>\n<arg_value>one</arg_value>\n</tool_call>",
      '<function=look>{"at": "one"}</function>',
      '<|python_tag|>{"name": "look", "parameters": {"at": "one"}}',
      '<function_call>{"name": "look", "arguments": {"at": "one"}}</function_call>',
      '<|tool_call|>[{"name": "look", "arguments": {"at": "one"}}]<|/tool_call|>',
      '[TOOL_CALLS]look[ARGS]{"at": "one"}',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>look\n```json\n{"at": "one"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>look<｜tool▁sep｜>{"at": "one"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.look:0<|tool_call_argument_begin|>{"at": "one"}<|tool_call_end|><|tool_calls_section_end|>',
      '<|channel|>analysis<|message|>Hmm.<|end|><|start|>assistant<|channel|>commentary to=functions.look <|constrain|>json<|message|>{"at":"one"}<|call|>',
    ].map((content): [string, Variant, unknown[]] => [
      `the text ${content}`,
      textually(content),
      [{ at: "one" }],
    ]),
    [
      "two of them as Mistral writes them",
      textually('[TOOL_CALLS]look[ARGS]{"at": "one"}[TOOL_CALLS]look[ARGS]{"at": "two"}'),
      [{ at: "one" }, { at: "two" }],
    ],
    ...["functions.look", "default_api.look", "look<|channel|>commentary", " look", "look:0"].map(
      (name): [string, Variant, unknown[]] => [
        `the name ${name}`,
        calls({ id: "a", ...fn('{"at":"one"}', name) }),
        [{ at: "one" }],
      ],
    ),
    ...["parameters", "input"].map((field): [string, Variant, unknown[]] => [
      `arguments in ${field}`,
      calls({ id: "a", type: "function", function: { name: "look", [field]: { at: "one" } } }),
      [{ at: "one" }],
    ]),
    [
      "marks in the text after reasoning",
      textually('<think>Hmm.</think>\n\n<tool_call>\n{"name":"look","arguments":{}}\n</tool_call>'),
      [{}],
    ],
  ])("with %s are called", async (_name, variant, args) => {
    const model = await modelOn([whole(variant), streamed(variant)]);
    for (const reply of [await withTools(model).invoke(question), await sumOf(model)]) {
      expect(reply.invalid_tool_calls ?? []).toEqual([]);
      expect(reply.tool_calls?.map((call) => [call.name, call.args])).toEqual(
        args.map((each) => ["look", each]),
      );
      const ids = reply.tool_calls?.map(({ id }) => id) ?? [];
      expect(new Set(ids.filter((id) => typeof id === "string" && id !== "")).size).toBe(
        args.length,
      );
    }
  });
});

describe("a text with the marks of a tool call", () => {
  it.each([
    "Models write <tool_call> before a call.",
    '<tool_call>\n{"name": "unknown", "arguments": {}}\n</tool_call>',
    "<tool_call>\n{broken\n</tool_call>",
    '<tool_call>{"name":"look","arguments":{}}</tool_call> is how it looks.',
    "A list [TOOL",
    "<function=unknown>{}</function>",
    "<tool_call>look",
    '[TOOL_CALLS]look[ARGS]{"at": "one"} or so',
  ])("that is no call to an offered tool is the answer: %s", async (content) => {
    const model = await modelOn([whole(textually(content)), streamed(textually(content))]);
    for (const reply of [await withTools(model).invoke(question), await sumOf(model)]) {
      expect(reply.tool_calls ?? []).toEqual([]);
      expect(reply.text).toBe(content);
    }
  });

  it("is the answer where no tool is offered", async () => {
    const content = '<tool_call>{"name":"look","arguments":{}}</tool_call>';
    const model = await modelOn([whole(textually(content))]);
    expect((await model.invoke(question)).text).toBe(content);
  });
});

const said = { role: "assistant", content: "The third." };
const piece = (delta: Fields, more: Fields = {}) =>
  JSON.stringify({ choices: [{ index: 0, delta }], ...more });
const last = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });

describe("an answer", () => {
  it.each<[string, Variant]>([
    ["no reason for its end", { message: said, finish: null }],
    ["a reason that is unknown", { message: said, finish: "eos_token" }],
    ["no usage", { message: said, usage: null }],
    ["usage that is empty", { message: said, usage: {} }],
    [
      "nulls everywhere",
      { message: { ...said, tool_calls: null, function_call: null, refusal: null, audio: null } },
    ],
    ["text as an object", { message: { content: { type: "text", text: "The third." } } }],
    ["text in a list of texts", { message: { content: ["The ", "third."] } }],
    ["errors that are empty", { message: said, around: { error: {}, errors: [], code: 0 } }],
  ])("with %s is read", async (_name, variant) => {
    const model = await modelOn([whole(variant), streamed(variant)]);
    expect((await withTools(model).invoke(question)).text).toBe("The third.");
    expect((await sumOf(model)).text).toBe("The third.");
  });

  it.each<[string, OpenAiReply]>([
    [
      "comments",
      stream(
        `: OPENROUTER PROCESSING\n\ndata: ${piece(said)}\n\n: keep-alive\n\ndata: ${last}\n\ndata: [DONE]\n\n`,
      ),
    ],
    ["no [DONE]", stream(`data: ${piece(said)}\n\ndata: ${last}\n\n`)],
    ["DONE alone", stream(`data: ${piece(said)}\n\ndata: ${last}\n\ndata: DONE\n\n`)],
    [
      "pings, and usage with a success",
      stream(
        `event: ping\ndata: ping\n\ndata: ${piece(said)}\n\ndata: ${last}\n\ndata: {"usage": {"prompt_tokens": 1}, "base_resp": {"status_code": 0, "status_msg": "success"}}\n\n`,
      ),
    ],
    ["no reason for its end", stream(`data: ${piece(said)}\n\ndata: [DONE]\n\n`)],
    ["CRLF", stream(`data: ${piece(said)}\r\n\r\ndata: ${last}\r\n\r\ndata: [DONE]\r\n\r\n`)],
    [
      "no space and named events",
      stream(
        `event: chunk\nid: 1\ndata:${piece(said)}\n\nretry: 5\ndata:${last}\n\ndata:[DONE]\n\n`,
      ),
    ],
    ["single line ends", stream(`data: ${piece(said)}\ndata: ${last}\ndata: [DONE]\n`)],
    [
      "a byte order mark",
      stream(`\uFEFFdata: ${piece(said)}\n\ndata: ${last}\n\ndata: [DONE]\n\n`),
    ],
    [
      "usage in each piece",
      stream(
        `data: ${piece(said, { usage: { prompt_tokens: 5, completion_tokens: 2 } })}\n\ndata: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }], usage: { prompt_tokens: 5, completion_tokens: 3 } })}\n\ndata: [DONE]\n\n`,
      ),
    ],
    [
      "a type of JSON",
      { kind: "raw", body: `data: ${piece(said)}\n\ndata: ${last}\n\ndata: [DONE]\n\n` },
    ],
    [
      "a type of text",
      {
        kind: "raw",
        type: "text/plain",
        body: `data: ${piece(said)}\n\ndata: ${last}\n\ndata: [DONE]\n\n`,
      },
    ],
    [
      "the whole answer with a stream's type",
      stream(JSON.stringify({ choices: [{ message: said, finish_reason: "stop" }] }, null, 2)),
    ],
  ])("in a stream with %s is read, also where none was asked for", async (_name, reply) => {
    const model = await modelOn([reply, reply]);
    const answers = [await sumOf(model), await withTools(model).invoke(question)];
    expect(answers.map(({ text }) => text)).toEqual(["The third.", "The third."]);
    for (const { usage_metadata: usage } of answers)
      if (_name === "usage in each piece")
        expect(usage).toMatchObject({ input_tokens: 5, output_tokens: 3 });
  });
});

describe("the reason for an answer's end", () => {
  it.each([
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["SAFETY", "content_filter"],
    ["content_filter: PROHIBITED_CONTENT", "content_filter"],
    ["sensitive", "content_filter"],
  ])("is said in OpenAI's words: %s", async (finish, reason) => {
    const variant: Variant = { message: said, finish, finishEach: finish };
    const model = await modelOn([whole(variant), streamed(variant)]);
    for (const reply of [await model.invoke(question), await sumOf(model)])
      expect(reply.response_metadata["finish_reason"]).toBe(reason);
  });

  it.each(["insufficient_system_resource", "network_error", "abort"])(
    "is an error where the server could not go on: %s",
    async (finish) => {
      const variant: Variant = { message: said, finish };
      const model = await modelOn([whole(variant), whole({ message: said }), streamed(variant)]);
      expect((await model.invoke(question)).text).toBe("The third.");
      expect(await sumOf(model).then(() => "no error", lineOf)).toContain(`\`${finish}\``);
    },
  );
});

it.each<[string, Variant]>([
  ["in a part", { message: { content: [{ type: "refusal", refusal: "I cannot." }] } }],
  ["in a field", { message: { content: null, refusal: "I cannot." } }],
])("a refusal %s is kept", async (_name, variant) => {
  const model = await modelOn([whole(variant), streamed(variant)]);
  for (const reply of [await model.invoke(question), await sumOf(model)])
    expect(reply.additional_kwargs["refusal"]).toBe("I cannot.");
});

it.each<[string, OpenAiReply]>([
  [
    "of the choice",
    stream(
      `data: ${JSON.stringify({ choices: [{ delta: said, finish_reason: "stop", usage: { prompt_tokens: 5, completion_tokens: 2 } }] })}\n\n`,
    ),
  ],
  ["in texts", streamed({ message: said, usage: { prompt_tokens: "5", completion_tokens: "2" } })],
])("usage %s is read", async (_name, reply) => {
  const { usage_metadata: usage } = await sumOf(await modelOn([reply]));
  expect(usage).toMatchObject({ input_tokens: 5, output_tokens: 2 });
});

const lineOf = (error: unknown) => describeModelError(error).message;

describe("an error", () => {
  it.each<[string, unknown, string]>([
    ["nested in detail", { detail: { error: { message: "Bad thing." } } }, "Bad thing."],
    ["in a list", [{ error: { message: "Bad thing." } }], "Bad thing."],
    ["in errors", { errors: [{ message: "Bad thing." }] }, "Bad thing."],
    [
      "of a problem page",
      { title: "Bad Request", status: 400, detail: "Bad thing." },
      "Bad thing.",
    ],
    ["as error_msg", { error_code: 17, error_msg: "Bad thing." }, "Bad thing."],
    ["as status_msg", { base_resp: { status_code: 1008, status_msg: "Bad thing." } }, "Bad thing."],
    [
      "as JSON in JSON",
      { error: { message: '{"error": {"message": "Bad thing."}}' } },
      "Bad thing.",
    ],
    ["with names in capitals", { Error: { Code: "Denied", Message: "Bad thing." } }, "Bad thing."],
    [
      "with a message that is an object",
      { error: { message: { text: "Bad thing." } } },
      "Bad thing.",
    ],
  ])("%s is told in its words", async (_name, body, words) => {
    const model = await modelOn(() => ({ kind: "raw", status: 400, body: JSON.stringify(body) }));
    const error: unknown = await model.invoke(question).catch((caught: unknown) => caught);
    expect(lineOf(error)).toMatch(new RegExp(`\\(400[^)]*\\): (\\w+: )?${words}`));
  });

  it.each<[string, string]>([
    ["of a page without a title", "<title></title><style>p {}</style><h1>Bad &amp; gone.</h1>"],
    ["in an event", 'event: error\ndata: {"error": {"message": "Bad & gone."}}\n\n'],
  ])("%s is read out of it", async (_name, body) => {
    const model = await modelOn(() => ({ kind: "raw", status: 400, type: "text/html", body }));
    const error: unknown = await model.invoke(question).catch((caught: unknown) => caught);
    expect(lineOf(error)).toContain("(400): Bad & gone. ");
  });

  it.each<[unknown, string]>([
    [{ error: { code: "1113", message: "Bad thing." } }, "(400 1113)"],
    [{ errors: [{ code: 7009, message: "Bad thing." }] }, "(400 7009)"],
    [{ Error: { Code: "Denied", Message: "Bad thing." } }, "(400 Denied)"],
    [{ error: { code: "None", message: "Bad thing." } }, "(400)"],
  ])("%j has the provider's own code", async (body, code) => {
    const model = await modelOn(() => ({ kind: "raw", status: 400, body: JSON.stringify(body) }));
    const error: unknown = await model.invoke(question).catch((caught: unknown) => caught);
    expect(lineOf(error)).toContain(`${code}: Bad thing.`);
  });

  it.each([
    ["first", ""],
    ["after an answer has begun", `data: ${piece(said)}\n\n`],
  ])("of an event that is named so is told, %s", async (_when, before) => {
    const model = await modelOn(() => stream(`${before}event: error\ndata: Bad thing.\n\n`));
    expect(await sumOf(model).then(() => "no error", lineOf)).toContain("Bad thing.");
    const field = 'error: {"code": 500, "message": "Bad thing."}\n\n';
    await server.close();
    const older = await modelOn(() => stream(before + field));
    expect(await sumOf(older).then(() => "no error", lineOf)).toContain("(500");
  });

  it("of status 204 says that nothing came", async () => {
    const model = await modelOn(() => ({ kind: "raw", status: 204, body: "" }));
    expect(await sumOf(model).then(() => "no error", lineOf)).toContain("the status 204");
  });

  it.each<[string, unknown]>([
    ["base_resp", { choices: null, base_resp: { status_code: 1002, status_msg: "Slow down." } }],
    ["code and msg", { code: 429, msg: "Slow down.", data: null }],
    ["success: false", { success: false, message: "Slow down." }],
  ])("with status 200 in %s is told in its words", async (_name, body) => {
    const model = await modelOn(() => ({ kind: "raw", body: JSON.stringify(body) }));
    const errors = [model.invoke(question), sumOf(model)].map((asked) =>
      asked.then(() => "no error", lineOf),
    );
    for (const line of await Promise.all(errors)) expect(line).toContain("Slow down.");
  });
});

const prompt = [
  new SystemMessage("You answer."),
  new HumanMessage("Which film?"),
  new AIMessage("Which one?"),
  new SystemMessage("Be brief."),
  new HumanMessage("The last."),
];
const text: OpenAiReply = { kind: "message", text: "The third." };
const refusal = (status: number, message: string): OpenAiReply => ({
  kind: "error",
  status,
  message,
});
const sent = (at: number) => server.requests[at]?.body ?? {};
const rolesOf = (at: number) => (sent(at)["messages"] as Fields[]).map(({ role }) => role);

describe("a refusal", () => {
  it.each([
    [400, "System role not supported"],
    [400, "Role 'system' is not supported"],
    [400, "Unsupported role: system"],
    [422, "Input should be 'user' or 'assistant'; unexpected role system"],
    [400, "'system' is not one of ['user', 'assistant', 'tool'] - 'messages.0.role'"],
    [400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."],
    [400, "Developer instruction is not enabled for models/gemma-3-27b-it"],
    [500, "Jinja Exception: System role not supported by this model"],
    [400, "Only user and assistant roles are supported!"],
  ])("of the system role is heeded (%i %s)", async (status, message) => {
    const model = await modelOn([refusal(status, message), text, text]);
    for (const _turn of [1, 2]) expect((await model.invoke(prompt)).text).toBe("The third.");
    expect([0, 1, 2].map((at) => rolesOf(at).includes("system"))).toEqual([true, false, false]);
    server.assertUsedUp();
  });

  it.each([
    [400, "System message must be at the beginning."],
    [400, "messages[3]: a system message is only allowed as the first message"],
    [422, "The system message must come first"],
    [
      400,
      "After the optional system message, conversation roles must alternate user/assistant/...",
    ],
  ])("of a later system message is heeded (%i %s)", async (status, message) => {
    const model = await modelOn([refusal(status, message), text, text]);
    for (const _turn of [1, 2]) expect((await model.invoke(prompt)).text).toBe("The third.");
    expect(rolesOf(2)).toEqual(["system", "user", "assistant", "user"]);
    server.assertUsedUp();
  });

  it.each([
    [400, "Unsupported parameter: 'parallel_tool_calls' is not supported with this model."],
    [400, "parallel_tool_calls: Extra inputs are not permitted"],
    [400, "Argument not supported on this model: parallel_tool_calls"],
    [400, "Unrecognized request argument supplied: parallel_tool_calls"],
    [422, '[{"type":"extra_forbidden","loc":["body","parallel_tool_calls"],"msg":"Extra inputs"}]'],
  ])("of a parameter is heeded (%i %s)", async (status, message) => {
    const model = await modelOn([refusal(status, message), text, text]);
    const bound = model.bindTools?.([look], { parallel_tool_calls: false } as object);
    for (const _turn of [1, 2]) await bound?.invoke(question);
    server.assertUsedUp();
    expect([0, 1, 2].map((at) => "parallel_tool_calls" in sent(at))).toEqual([true, false, false]);
  });

  it.each([
    [400, "response_format: json_schema is not supported"],
    [404, "No endpoints found that support the requested response_format"],
    [500, "response_format type json_schema not implemented"],
    [501, "Structured output is not implemented"],
    [400, "Failed to compile grammar for the JSON schema"],
    [500, "failed to parse grammar"],
  ])("of a schema puts it into the prompt (%i %s)", async (status, message) => {
    const reply: OpenAiReply = { kind: "message", text: answer };
    const model = await modelOn(({ body }) =>
      body["response_format"] === undefined ? reply : refusal(status, message),
    );
    const schema = z.object({ lines: z.array(z.string()) });
    const asked = await ask({ model, messages: question, schema, name: "lines" });
    expect(asked).toMatchObject({ answer: { lines: ["first"] }, attempts: 1 });
  });

  it.each(["Please try again in 10ms.", "Please retry in 0.01s."])(
    "for now is waited for as the sentence says: %s",
    async (message) => {
      server = await startOpenAiServer([refusal(429, message), text]);
      const model = loadChatModel("openai:m", { openaiBaseUrl: server.url, backoffMs: 59_000 });
      expect((await model.invoke(question)).text).toBe("The third.");
    },
  );

  it.each(["0.01", "0", "10ms", "Sun, 06 Nov 1994 08:49:37 GMT"])(
    "for now is waited for as the server says: %s",
    async (retryAfter) => {
      const limit: OpenAiReply = {
        kind: "error",
        status: 429,
        headers: { "retry-after": retryAfter },
      };
      server = await startOpenAiServer([limit, text]);
      // With a wait of our own the test would never end.
      const model = loadChatModel("openai:m", { openaiBaseUrl: server.url, backoffMs: 59_000 });
      expect((await model.invoke(question)).text).toBe("The third.");
    },
  );
});
