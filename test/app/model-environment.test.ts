import { readFile } from "node:fs/promises";
import { HumanMessage } from "@langchain/core/messages";
import { afterEach, describe, expect, it } from "vitest";
import { loadModels } from "../../src/app/model-environment.js";
import { describeModelError } from "../../src/model/model-errors.js";
import { type OpenAiServer, startOpenAiServer } from "../../src/fake-model/openai-server.js";

const servers: OpenAiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(script: Parameters<typeof startOpenAiServer>[0]) {
  const server = await startOpenAiServer(script);
  servers.push(server);
  return server;
}

const question = [new HumanMessage("Which film?")];

describe("the models of the environment", () => {
  it("each have their own server, and see no key and no header of another", async () => {
    const text = { kind: "message", text: "yes" } as const;
    const [first, second, third] = [
      await serve([text]),
      await serve([text]),
      await serve([{ kind: "embeddings", vectorOf: () => [1, 2] }]),
    ];
    const models = loadModels({
      MODEL: "openai:one",
      OPENAI_BASE_URL: first.url,
      OPENAI_API_KEY: "first-key",
      MODEL_HEADERS: '{"x-one": "1"}',
      ALIGNMENT_MODEL: "openai:two",
      ALIGNMENT_MODEL_BASE_URL: second.url,
      ALIGNMENT_MODEL_API_KEY: "second-key",
      EMBEDDINGS: "openai:three",
      EMBEDDINGS_BASE_URL: third.url,
    });
    await models.model.invoke(question);
    await models.alignmentModel.invoke(question);
    await models.vectors.embeddings.embedQuery("a");
    const shown = [first, second, third].map(({ requests }) => requests[0]?.headers);
    expect(shown.map((headers) => headers?.authorization)).toEqual([
      "Bearer first-key",
      "Bearer second-key",
      "Bearer none",
    ]);
    expect(shown.map((headers) => headers?.["x-one"])).toEqual(["1", undefined, undefined]);
  });

  it("share key, address and limits unless one has its own", async () => {
    const server = await serve(() => ({ kind: "error", status: 500 }));
    const models = loadModels({
      MODEL: "openai:one",
      OPENAI_BASE_URL: server.url,
      OPENAI_API_KEY: "first-key",
      MODEL_RETRIES: "0",
    });
    await expect(models.loadModel("openai:two", "alignment").invoke(question)).rejects.toThrow();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer first-key");
  });

  it("name the variable of a time limit", async () => {
    const server = await serve(() => ({ kind: "silence" }));
    const env = { MODEL: "openai:one", OPENAI_BASE_URL: server.url, MODEL_TIMEOUT: "30" };
    const { alignmentModel } = loadModels({ ...env, ALIGNMENT_MODEL_TIMEOUT: "1" });
    const error: unknown = await alignmentModel.invoke(question).catch((caught: unknown) => caught);
    expect(describeModelError(error).message).toBe(
      "The model was silent for 1 s; expected an answer. Check the model server, or raise ALIGNMENT_MODEL_TIMEOUT.",
    );
  });

  it.each([
    ["MODEL_TIMEOUT", "0", "a whole number from 1 to 86400"],
    ["EMBEDDINGS_CALL_TIMEOUT", "ten", "a whole number from 1 to 86400"],
    ["ALIGNMENT_MODEL_RETRIES", "-1", "a whole number from 0 to 20"],
    ["EMBEDDINGS_INPUTS", "0.5", "a whole number from 1 to 2048"],
    ["MODEL_HEADERS", "x: y", "expected one like"],
    ["EMBEDDINGS_HEADERS", '{"a b": "c"}', "expected one like"],
    ["EMBEDDINGS_BASE_URL", "localhost", "is not an address"],
    ["EMBEDDINGS_BASE_URL", "sk-proj-1234567890", '"[key]" is not an address'],
    ["OPENAI_BASE_URL", "http://joe:secret@there/v1", "holds a user name or a password"],
    ["OPENAI_BASE_URL", "http://there/v1?version=1", "is an address with `?` or `#`"],
  ])("refuse %s=%s in one line", (name, value, expected) => {
    const env = { MODEL: "openai:m", EMBEDDINGS: "openai:e", OPENAI_API_KEY: "k" };
    expect(() => loadModels({ ...env, [name]: value })).toThrow(expected);
    expect(() => loadModels({ ...env, [name]: value })).toThrow(name);
  });

  it("take both ends of every range that the settings page lists, and nothing beyond", async () => {
    const server = await serve(({ path }) =>
      path.endsWith("/embeddings")
        ? { kind: "embeddings", vectorOf: ({ length }) => [length, 1] }
        : { kind: "message", text: "yes" },
    );
    const page = await readFile("docs/settings.md", "utf8");
    const [, section = ""] = page.split("## Environment variables");
    const names = [...(section.split("\n## ")[0] ?? "").matchAll(/`([A-Z_]{3,})`/g)];
    const env = { MODEL: "openai:m", EMBEDDINGS: "openai:e", OPENAI_BASE_URL: server.url };
    const tested: string[] = [];
    for (const name of new Set(names.map(([, name = ""]) => name))) {
      const [, least, most] = rangeOf(() => loadModels({ ...env, [name]: "no number" })) ?? [];
      if (least === undefined || most === undefined) continue;
      tested.push(name);
      for (const beyond of [Number(least) - 1, Number(most) + 1])
        expect(() => loadModels({ ...env, [name]: String(beyond) })).toThrow(name);
      for (const end of [least, most]) {
        const { model, alignmentModel, vectors } = loadModels({ ...env, [name]: end });
        expect((await model.invoke(question)).text).toBe("yes");
        expect((await alignmentModel.invoke(question)).text).toBe("yes");
        const texts = ["one", "two", "A longer text. ".repeat(20)];
        expect(await vectors.embeddings.embedDocuments(texts)).toHaveLength(3);
      }
    }
    expect(tested).toHaveLength(11);
  });
});

/** The range that a refusal names; undefined if nothing is refused for one. */
function rangeOf(load: () => unknown): RegExpExecArray | undefined {
  try {
    load();
  } catch (error) {
    return /expected a whole number from (\d+) to (\d+)/.exec(String(error)) ?? undefined;
  }
  return undefined;
}
