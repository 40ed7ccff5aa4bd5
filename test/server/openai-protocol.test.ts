import { AIMessage, HumanMessage } from "@langchain/core/messages";
import OpenAI, { APIError } from "openai";
import { describe, expect, it } from "vitest";
import { noSignIn } from "../../src/auth/sign-in.js";
import { createCallerCheck } from "../../src/server/caller-check.js";
import { createHttpApp } from "../../src/server/http-app.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import type { ScriptedReply } from "../support/models/scripted-model.js";

/** OpenAI's own client on our app, in one process. */
function clientOn(replies: readonly ScriptedReply[], instructions = "") {
  const agent = agentUnderTest(replies, { instructions });
  const lines: string[] = [];
  const app = createHttpApp(agent, {
    callers: createCallerCheck(noSignIn),
    log: (line) => lines.push(line),
  });
  const openai = new OpenAI({
    apiKey: "none",
    baseURL: "http://agent.test/v1",
    fetch: async (url, init) => app.request(url as string, init),
  });
  const say = (
    messages: OpenAI.ChatCompletionMessageParam[],
    more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {},
    headers: Record<string, string> = {},
  ) =>
    openai.chat.completions.create(
      { model: "gpt-4o", user: "ada", messages, ...more },
      { headers, maxRetries: 0 },
    );
  return { agent, model: agent.model, openai, say, lines };
}

const user = (content: string) => ({ role: "user", content }) as const;
const assistant = (content: string) => ({ role: "assistant", content }) as const;
const named = { "x-conversation-id": "chat-7" };

/** The error of a call that is refused. */
async function refused(call: Promise<unknown>): Promise<APIError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error(`Not refused: ${String(error)}`);
}

describe("a conversation that the client keeps", () => {
  it("is remembered a turn at a time, and is in the prompt once", async () => {
    const { agent, model, say } = clientOn(["Tea it is.", "Green."]);
    await say([user("I drink tea.")]);
    const messages = [user("I drink tea."), assistant("Tea it is."), user("Which one?")];
    await say(messages);
    expect((await agent.list("ada")).map(({ query }) => query).toSorted()).toEqual([
      "I drink tea.",
      "Which one?",
    ]);
    const prompt = model?.calls[1]?.map(({ text }) => text).join("\n") ?? "";
    expect(prompt.split("I drink tea.")).toHaveLength(2);
    const [second, first] = await agent.export("ada").then(({ episodes }) => episodes);
    expect(second?.threadId).toMatch(/^chat-/);
    expect(first?.threadId).toBe(second?.threadId);
  });

  it("has the name that the client gives it", async () => {
    const { agent, say } = clientOn(["Noted."]);
    const { response } = await say([user("I drink tea.")], {}, named).withResponse();
    expect(response.headers.get("x-conversation-id")).toBe("chat-7");
    const [episode] = (await agent.export("ada")).episodes;
    expect(episode?.threadId).toBe("chat-7");
  });

  it("keeps one interaction for an answer that is asked for again", async () => {
    const { agent, say } = clientOn(["Green.", "Black."]);
    const messages = [user("I drink tea."), assistant("Tea it is."), user("Which one?")];
    const ids = [await say(messages), await say(messages)].map(({ id }) => id);
    const [episode, ...more] = await agent.list("ada");
    expect(more).toEqual([]);
    expect(episode?.response).toBe("Black.");
    expect(ids).toEqual([`chatcmpl-${episode?.id}`, `chatcmpl-${episode?.id}`]);
  });

  it("is a new one where it begins as another did, unless it has a name", async () => {
    const { agent, say } = clientOn(["Tea.", "Coffee.", "Tea.", "Coffee."]);
    await say([user("What shall I drink?")]);
    await say([user("What shall I drink?")]);
    expect(await agent.list("ada")).toHaveLength(2);
    await say([user("What shall I drink?")], { user: "bob" }, named);
    await say([user("What shall I drink?")], { user: "bob" }, named);
    expect(await agent.list("bob")).toHaveLength(1);
  });

  it("takes system messages as instructions, after the server's own", async () => {
    const { model, say } = clientOn(["Yes."], "Never name a price.");
    await say([
      { role: "system", content: "You sell tea." },
      { role: "developer", content: [{ type: "text", text: "Be short." }] },
      user("Is it good?"),
    ]);
    expect(model?.calls[0]?.[0]?.text).toContain(
      "Never name a price.\n\nYou sell tea.\n\nBe short.",
    );
    expect(model?.calls[0]).toHaveLength(2);
  });

  it("gives images to the model, and remembers the text", async () => {
    const { agent, model, say } = clientOn(["A cup."]);
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } } as const;
    await say([{ role: "user", content: [{ type: "text", text: "What is this?" }, image] }]);
    const question = model?.calls[0]?.at(-1);
    expect(HumanMessage.isInstance(question) && question.content).toContainEqual(image);
    expect((await agent.list("ada"))[0]?.query).toBe("What is this?");
  });
});

describe("the client's own tools", () => {
  const tools = [
    {
      type: "function",
      function: {
        name: "tides",
        description: "When the tide is high.",
        parameters: { type: "object", properties: { harbour: { type: "string" } } },
      },
    },
  ] as const;
  const calling = (...names: string[]) =>
    new AIMessage({
      content: "",
      tool_calls: names.map((name) => ({ id: `of-${name}`, name, args: { harbour: "Brest" } })),
    });

  it("are called through the client, and its results go on with the turn", async () => {
    const { agent, model, say } = clientOn([calling("tides"), "At 07:55."]);
    const question = user("When can I swim?");
    const first = await say([question], { tools: [...tools] });
    expect(first.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: null,
        tool_calls: [
          {
            id: "of-tides",
            type: "function",
            function: { name: "tides", arguments: '{"harbour":"Brest"}' },
          },
        ],
      },
    });
    // The turn is not over.
    expect(await agent.list("ada")).toEqual([]);
    const message = first.choices[0]?.message;
    if (message === undefined) throw new Error("There is a choice.");
    const result = { role: "tool", tool_call_id: "of-tides", content: "07:55" } as const;
    const second = await say([question, message, result], { tools: [...tools] });
    expect(second.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: "At 07:55." },
    });
    expect(model.calls[1]?.slice(1).map(({ type, text }) => `${type}: ${text}`)).toEqual([
      "human: When can I swim?",
      "ai: ",
      "tool: 07:55",
    ]);
    expect(model.toolsOffered[0]).toEqual(["recall_memory", "search_wikipedia", "tides"]);
    expect(await agent.list("ada")).toMatchObject([
      { query: "When can I swim?", response: "At 07:55." },
    ]);
  });

  it("are called alone where the model also calls one of the agent's", async () => {
    const { say } = clientOn([calling("recall_memory", "tides")]);
    const { choices } = await say([user("When can I swim?")], { tools: [...tools] });
    expect(choices[0]?.message.tool_calls?.map(({ id }) => id)).toEqual(["of-tides"]);
  });

  it("are streamed", async () => {
    const { openai } = clientOn([calling("tides")]);
    const runner = openai.chat.completions.stream({
      model: "x",
      user: "ada",
      messages: [user("When can I swim?")],
      tools: [...tools],
    });
    const { choices } = await runner.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: "tides" } });
  });

  it("may not have the name of one of the agent's, and are not offered where none may be called", async () => {
    const { model, say } = clientOn(["At noon."]);
    const own = { type: "function", function: { name: "recall_memory" } } as const;
    expect((await refused(say([user("Hi.")], { tools: [own] }))).message).toContain(
      "recall_memory",
    );
    await say([user("Hi.")], { tools: [own, ...tools], tool_choice: "none" });
    expect(model.toolsOffered.at(-1)).toEqual(["recall_memory", "search_wikipedia"]);
  });
});

describe("what is refused", () => {
  it.each([
    ["n", { n: 2 }],
    ["logprobs", { logprobs: true }],
    ["response_format", { response_format: { type: "json_object" } as const }],
    ["stop", { stop: ["\n"] }],
    ["store", { store: true }],
    ["audio", { audio: { format: "mp3", voice: "ash" } as const }],
    ["functions", { functions: [{ name: "look" }] }],
    ["tool_choice", { tool_choice: "required" } as const],
    ["parallel_tool_calls", { parallel_tool_calls: false }],
  ])("%s is named in one line", async (param, more) => {
    const error = await refused(clientOn([]).say([user("Hi.")], more));
    expect(error).toMatchObject({ status: 400, param, type: "invalid_request_error" });
    expect(error.message).toContain(`\`${param}\``);
    expect(error.message).not.toContain("\n");
  });

  it("takes what says nothing, and sampling, which the server sets", async () => {
    const { say } = clientOn(["Hello."]);
    const more = { n: 1, stop: null, tools: [], response_format: { type: "text" } } as const;
    const sampling = { temperature: 0, top_p: 0.5, seed: 1, max_tokens: 5 };
    expect((await say([user("Hi.")], { ...more, ...sampling } as never)).model).toBe(
      "persona-agent",
    );
  });

  it.each([
    ["messages[0].content", [{ role: "user", content: [{ type: "file" }] }]],
    ["messages[1].role", [user("Hi."), { role: "critic", content: "Hm." }]],
    ["messages", [user("Hi."), assistant("Hello.")]],
    ["messages", []],
  ])("says that %s is not valid", async (param, messages) => {
    const error = await refused(clientOn([]).say(messages as never));
    expect(error).toMatchObject({ status: 400, param, code: "config-invalid" });
  });

  it("asks for a user, and does not retry what fails", async () => {
    const { openai, say, lines, model } = clientOn([new Error("secret"), "Unasked."]);
    const nobody = await refused(say([user("Hi.")], { user: undefined } as never));
    expect(nobody).toMatchObject({ status: 400, param: "user", code: "config-user-invalid" });
    const failed = await refused(
      openai.chat.completions.create({ model: "x", user: "ada", messages: [user("Hi.")] }),
    );
    expect(failed).toMatchObject({ status: 502, type: "server_error", code: "model-unavailable" });
    expect(failed.requestID).toBeTruthy();
    expect(model?.calls).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it("lists one model, and knows no other", async () => {
    const { openai } = clientOn([]);
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(["persona-agent"]);
    expect((await openai.models.retrieve("persona-agent")).object).toBe("model");
    expect((await refused(openai.models.retrieve("gpt-4o"))).status).toBe(404);
    expect((await refused(openai.embeddings.create({ model: "x", input: "x" }))).message).toContain(
      "/v1/chat/completions",
    );
  });

  it("refuses a turn with a status, also where a stream was asked for", async () => {
    const { openai } = clientOn([]);
    const error = await refused(
      openai.chat.completions.create({
        model: "x",
        user: "ada",
        stream: true,
        messages: [user(" ")],
      }),
    );
    expect(error).toMatchObject({ status: 400, code: "config-message-invalid" });
  });

  it("tells a failure in the middle of a stream as OpenAI does", async () => {
    const { openai } = clientOn([new Error("away")]);
    const stream = await openai.chat.completions.create({
      model: "x",
      user: "ada",
      stream: true,
      messages: [user("Hi.")],
    });
    const error = await refused(
      (async () => {
        for await (const _ of stream);
      })(),
    );
    expect(error.code).toBe("model-unavailable");
  });
});
