import { afterEach, describe, expect, it } from "vitest";
import { PersonaAgentError } from "../../src/system/errors.js";
import { loadEmbeddings } from "../../src/model/load-embeddings.js";
import {
  startOpenAiServer,
  type OpenAiReply,
  type OpenAiServer,
} from "../../src/fake-model/openai-server.js";
import type { ServerQuirks } from "../../src/fake-model/server-quirks.js";

let server: OpenAiServer;
afterEach(async () => server?.close());

async function embeddingsOn(
  script: Parameters<typeof startOpenAiServer>[0],
  embeds: ServerQuirks["embeds"] = {},
  model = "embedder",
) {
  server = await startOpenAiServer(script, {}, { embeds });
  return loadEmbeddings(`openai:${model}`, {
    openaiBaseUrl: server.url,
    timeoutMs: 5_000,
    backoffMs: 0,
  });
}

const lengths: OpenAiReply = {
  kind: "embeddings",
  vectorOf: (text) => [text.length, 0.5, -0.25],
};

async function refusal(call: Promise<unknown>): Promise<PersonaAgentError> {
  const error: unknown = await call.catch((caught: unknown) => caught);
  if (PersonaAgentError.is(error)) return error;
  throw error;
}

describe("OpenAI embeddings", () => {
  it("embeds texts in order, one request a batch, as plain numbers", async () => {
    const { embeddings } = await embeddingsOn([lengths]);
    expect(await embeddings.embedDocuments(["four", "sixsix"])).toEqual([
      [4, 0.5, -0.25],
      [6, 0.5, -0.25],
    ]);
    expect(server.requests[0]?.body).toMatchObject({ model: "embedder", encoding_format: "float" });
    server.assertUsedUp();
  });

  it("measures the dimension once, and again only after a failure", async () => {
    const loaded = await embeddingsOn([
      { kind: "error", status: 404, message: "no embeddings here" },
      lengths,
    ]);
    expect((await refusal(loaded.dimensions())).code).toBe("model-unavailable");
    expect(await loaded.dimensions()).toBe(3);
    expect(await loaded.dimensions()).toBe(3);
    server.assertUsedUp();
  });

  it("cuts long texts, and sends no empty one", async () => {
    const { embeddings } = await embeddingsOn([lengths]);
    const vectors = await embeddings.embedDocuments(["x".repeat(30_000), ""]);
    expect(vectors.map(([length]) => length)).toEqual([8_000, 1]);
    server.assertUsedUp();
  });

  const sizes = () => server.requests.map(({ body }) => (body["input"] as string[]).length);
  const texts = Array.from({ length: 25 }, (_, index) => "x".repeat(index + 1));

  it("sends fewer texts at once where the server refuses many, and remembers it", async () => {
    const { embeddings } = await embeddingsOn(() => lengths, { inputs: 10 });
    const vectors = await embeddings.embedDocuments(texts);
    expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
    expect(sizes()).toEqual([7, 6, 6, 6]);
    expect(server.refusals).toHaveLength(3);
    await embeddings.embedDocuments(texts);
    expect(server.refusals).toHaveLength(3);
    expect(sizes().slice(4)).toEqual([6, 6, 6, 6, 1]);
  });

  it("embeds a text in parts where the server refuses it whole, and the others as they are", async () => {
    const words = (count: number) => Array.from({ length: count }, () => "word").join(" ");
    const { embeddings } = await embeddingsOn(
      () => ({ kind: "embeddings", vectorOf: (text) => [3, 4, text.includes("word") ? 0 : 12] }),
      { tokens: 512 },
    );
    const [short, long] = await embeddings.embedDocuments(["short", words(1_500), "brief"]);
    expect(short).toEqual([3, 4, 12]);
    // The mean of unit vectors.
    expect(long?.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.6, 0.8, 0]);
    const refusals = server.refusals.length;
    expect(refusals).toBeGreaterThan(0);
    await embeddings.embedQuery(words(1_500));
    expect(server.refusals).toHaveLength(refusals);
  });

  it.each([
    [400, "Invalid 'input': array too long. Expected at most 10 items, got 25."],
    [413, "Payload Too Large"],
    [422, "batch size 25 > maximum allowed batch size 10"],
    [422, "`inputs` must have less than 10 tokens. Given: 25"],
    [500, "input is too large to process. increase the physical batch size"],
  ])("sends less at once after a %i that says so: %s", async (status, message) => {
    const { embeddings } = await embeddingsOn(({ body }) =>
      (body["input"] as string[]).length > 10 ? { kind: "error", status, message } : lengths,
    );
    const vectors = await embeddings.embedDocuments(texts);
    expect(vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length));
  });

  it.each([
    ["no index", [{ embedding: [1, 2] }, { embedding: [3, 4] }]],
    ["index 0 for all", [1, 3].map((n) => ({ index: 0, embedding: [n, n + 1] }))],
    [
      "an index that is a text",
      [3, 1].map((n) => ({ index: n === 3 ? "1" : "0", embedding: [n, n + 1] })),
    ],
    ["a list around each", [[[1, 2]], [[3, 4]]].map((embedding, index) => ({ index, embedding }))],
  ])("reads vectors with %s", async (_name, data) => {
    const { embeddings } = await embeddingsOn([{ kind: "raw", body: JSON.stringify({ data }) }]);
    expect(await embeddings.embedDocuments(["a", "b"])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("tells a refusal that no halving helps, after few requests", async () => {
    const { embeddings } = await embeddingsOn(() => ({
      kind: "error",
      status: 400,
      message: "No.",
    }));
    expect((await refusal(embeddings.embedDocuments(texts))).message).toContain("(400): No.");
    expect(server.requests.length).toBeLessThan(10);
  });

  it("reads vectors in base64, and in another order than asked", async () => {
    const base64 = Buffer.from(new Float32Array([0.5, -0.25]).buffer).toString("base64");
    const data = [
      { index: 1, embedding: [3, 4] },
      { index: 0, embedding: base64 },
    ];
    const { embeddings } = await embeddingsOn([{ kind: "raw", body: JSON.stringify({ data }) }]);
    expect(await embeddings.embedDocuments(["a", "b"])).toEqual([
      [0.5, -0.25],
      [3, 4],
    ]);
  });

  it("distinguishes a wrong key from a wrong answer", async () => {
    const { embeddings } = await embeddingsOn([
      { kind: "error", status: 401 },
      { kind: "embeddings", vectorOf: (text) => (text === "a" ? [1, 2] : [1]) },
      { kind: "raw", body: '{"ok": true}' },
    ]);
    expect((await refusal(embeddings.embedQuery("a"))).code).toBe("model-key-refused");
    expect((await refusal(embeddings.embedDocuments(["a", "b"]))).code).toBe(
      "model-output-invalid",
    );
    expect((await refusal(embeddings.embedQuery("a"))).code).toBe("model-output-invalid");
    server.assertUsedUp();
  });

  it("tries again after a 429 and after a 500", async () => {
    const { embeddings } = await embeddingsOn([
      { kind: "error", status: 429, headers: { "retry-after": "0" } },
      { kind: "error", status: 500 },
      lengths,
    ]);
    expect(await embeddings.embedQuery("four")).toEqual([4, 0.5, -0.25]);
    server.assertUsedUp();
  });

  it("has a name that is valid for an index and unique to the model", () => {
    const names = [
      "text-embedding-3-small",
      "nomic/embed:v1",
      "nomic/embed-v1",
      "x".repeat(200),
    ].map((model) => loadEmbeddings(`openai:${model}`, { openaiApiKey: "k" }).name);
    expect(names[0]).toBe("openai-text-embedding-3-small");
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][\w.-]{2,75}$/);
  });
});

describe("the setting", () => {
  it("gives offline embeddings their dimension without a request", async () => {
    const { name, dimensions } = loadEmbeddings("offline");
    expect(name).toBe("offline-v1");
    expect(await dimensions()).toBe(384);
  });

  it("refuses an unknown value, and OpenAI without a key, before any request", () => {
    expect(() => loadEmbeddings("ollama:x")).toThrow(/expected `offline` or `openai:<name>`/);
    expect(() => loadEmbeddings("openai:x")).toThrow(/there is no key/);
  });
});
