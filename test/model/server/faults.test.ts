import { HumanMessage } from "@langchain/core/messages";
import { afterEach, describe, expect, it } from "vitest";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { describeModelError } from "../../../src/model/model-errors.js";
import {
  type OpenAiReply,
  type OpenAiServer,
  startOpenAiServer,
} from "../../../src/fake-model/openai-server.js";

const key = "a-key-of-no-known-form";
const header = "another-secret";
let server: OpenAiServer;
afterEach(async () => server?.close());

async function modelOn(script: Parameters<typeof startOpenAiServer>[0], maxRetries = 2) {
  server = await startOpenAiServer(script);
  return loadChatModel("openai:test-model", {
    openaiApiKey: key,
    openaiBaseUrl: server.url,
    headers: { "x-gateway": header },
    backoffMs: 0,
    maxRetries,
  });
}

const question = [new HumanMessage("Which film?")];
const json = (body: unknown, status = 200): OpenAiReply => ({
  kind: "raw",
  status,
  body: JSON.stringify(body),
});
const events = (...bodies: unknown[]): OpenAiReply => ({
  kind: "raw",
  type: "text/event-stream",
  body: bodies.map((body) => `data: ${JSON.stringify(body)}\n\n`).join(""),
});
const opening = { choices: [{ delta: { role: "assistant", content: "" } }] };
const begun = { choices: [{ delta: { content: "Half" } }] };
const text: OpenAiReply = { kind: "message", text: "at last" };

type Model = ReturnType<typeof loadChatModel>;
const whole = async (model: Model) => (await model.invoke(question)).text;
const streamed = async (model: Model) => {
  const pieces: string[] = [];
  for await (const piece of await model.stream(question)) pieces.push(piece.text);
  return pieces.join("");
};

/** The line that a person reads. */
async function line(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => Promise.reject(new Error("It did not fail.")),
    (caught: unknown) => caught,
  );
  const described = describeModelError(error);
  for (const shown of [described.message, JSON.stringify(described), String(described.cause)]) {
    expect(shown).not.toContain(key);
    expect(shown).not.toContain(header);
  }
  expect(described.message).not.toContain("\n");
  return described.message;
}

const overloaded = { message: "The provider is overloaded", code: 503 };

describe("an error with status 200", () => {
  it.each([
    ["an object", { error: overloaded }],
    ["a list", [{ error: overloaded }]],
    ["a text", { error: "The provider is overloaded" }],
    ["without `error`", { object: "error", ...overloaded }],
    ["of a choice", { choices: [{ error: overloaded, finish_reason: "error" }] }],
  ])("is tried again as its code says, and then told: %s", async (_name, body) => {
    expect(await whole(await modelOn([json(body), json(body), text]))).toBe("at last");
    await server.close();
    const begins = [events(body), events(opening, body), text];
    expect(await streamed(await modelOn(begins))).toBe("at last");
    await server.close();
    const said = /failed \(50[03]\), also when tried again: The provider is overloaded\. Try/;
    expect(await line(whole(await modelOn(() => json(body), 0)))).toMatch(said);
    await server.close();
    expect(await line(streamed(await modelOn(() => events(body), 0)))).toMatch(said);
  });

  it("has the meaning of its code: a limit is a 429, a bad request is asked once", async () => {
    const limit = { error: { message: "Slow down", code: "rate_limit_exceeded" } };
    expect(await line(whole(await modelOn(() => json(limit), 1)))).toBe(
      "The model's server refuses more requests for now (429 rate_limit_exceeded): Slow down. Wait, or check the account's limits.",
    );
    expect(server.requests).toHaveLength(2);
    await server.close();
    const bad = { error: { message: "Too long", code: "context_length_exceeded" } };
    expect(await line(streamed(await modelOn(() => events(bad))))).toContain(
      "(400 context_length_exceeded): Too long.",
    );
    expect(server.requests).toHaveLength(1);
  });

  it("ends an answer that has begun, with its code and sentence", async () => {
    const model = await modelOn([events(begun, { error: { message: "Slow down", code: 429 } })]);
    expect(await line(streamed(model))).toContain("(429): Slow down.");
  });
});

describe("the provider's sentence", () => {
  it.each<[string, OpenAiReply, string]>([
    [
      "in a list, as Gemini has it",
      json([{ error: { code: 400, message: "Bad thing.", status: "INVALID_ARGUMENT" } }], 400),
      "(400 INVALID_ARGUMENT): Bad thing.",
    ],
    [
      "of FastAPI",
      json({ detail: [{ loc: ["body", "n"], msg: "Not a number" }] }, 422),
      "(422): body.n: Not a number.",
    ],
    ["of Ollama", json({ error: "model 'x' not found" }, 404), "(404): model 'x' not found."],
    [
      "of the provider behind OpenRouter",
      json(
        {
          error: {
            code: 502,
            message: "Provider returned error",
            metadata: { raw: '{"error":{"message":"GPU on fire"}}', provider_name: "P" },
          },
        },
        502,
      ),
      "(502), also when tried again: Provider returned error: GPU on fire.",
    ],
    [
      "of a page",
      {
        kind: "raw",
        status: 503,
        type: "text/html",
        body: "<html><title>Be right back</title><p>x</html>",
      },
      "(503), also when tried again: Be right back.",
    ],
    [
      "of a refused key",
      json({ error: { message: `No such key: ${key}` } }, 401),
      "(401): No such key: [key]. Check OPENAI_API_KEY, or the key that the model was given.",
    ],
    [
      "of an account without money",
      json({ error: { message: "Insufficient Balance" } }, 402),
      "(402): Insufficient Balance. Check the account.",
    ],
    [
      "of a topic that is not allowed",
      json({ error: { message: "Input flagged" } }, 403),
      "does not allow this (403): Input flagged. Check what was asked",
    ],
    [
      "with a secret of a header",
      json({ error: { message: `Who is ${header}?` } }, 400),
      "(400): Who is [key]?",
    ],
    [
      "that is long",
      json({ error: { message: "long ".repeat(300) } }, 400),
      `${"long ".repeat(300).trim()}.`,
    ],
    ["on several lines", json({ error: { message: "One\n  two" } }, 400), "(400): One two."],
    ["that is missing", { kind: "raw", status: 400, body: "" }, "(400): no reason given."],
  ])("is told whole, in one line: %s", async (_name, reply, said) => {
    expect(await line(whole(await modelOn(() => reply, 0)))).toContain(said);
  });
});

describe("a key in the provider's sentence", () => {
  const gateway = "Bearer secret/of+gateway";

  it.each([
    ["masked", "Incorrect API key: xa***MN."],
    ["masked by its form", "Received API Key = sk-...MNOP."],
    ["masked, of no known form", "No such key: a-ke...form."],
    ["masked but its end", "No such key: ****form."],
    ["of a header, without the word before it", "No such token: secret/of+gateway."],
    ["in an address", "No answer from http://there/v1?key=secret%2Fof%2Bgateway&n=1."],
    ["of another server in an address", "No answer from http://there/v1?api_key=MNOP1234&n=1."],
    ["of another server before an address", "No answer from https://joe:MNOP1234@there/v1."],
    ["as a signed token", "Expired: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0MNOP."],
    ["as a user and a password", "Authorization: Basic am9lOk1OT1A= is not known."],
  ])("does not stand there: %s", async (_name, message) => {
    server = await startOpenAiServer(() => json({ error: { message } }, 400));
    const model = loadChatModel("openai:test-model", {
      openaiApiKey: key,
      openaiBaseUrl: server.url,
      headers: { authorization: gateway },
    });
    const said = await line(whole(model));
    expect(said).toContain("[key]");
    expect(said).not.toMatch(/secret|gateway|MN|form|am9l|joe/);
  });
});

it("a sentence with colours and controls is plain", async () => {
  const message = "\u001B[31mBad\u001B[0m\u0000 thing.\u0085";
  const model = await modelOn(() => json({ error: { message } }, 400));
  expect(await line(whole(model))).toContain("(400): Bad thing.");
});
