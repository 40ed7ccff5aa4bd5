import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tool } from "@langchain/core/tools";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  createInProcessIndex,
  createPersonaAgent,
  type OpenAgent,
  type OpenOptions,
  type PersonaAgentOptions,
  openPersonaAgent,
  OfflineChatModel,
} from "../../src/index.js";
import { openEmbeddedServices } from "../../src/app/embedded-services.js";
import { CountingEmbeddings } from "../support/models/counting-embeddings.js";

let agent: OpenAgent | undefined;
afterEach(async () => {
  await agent?.close();
  agent = undefined;
});

/** Nothing embedded: what is not given is refused, or would open a data folder. */
const own = () => ({ store: new InMemoryStore(), checkpointer: new MemorySaver() });
const embeddings = new CountingEmbeddings();

describe("openPersonaAgent", () => {
  it("takes what a program made itself, opens nothing for it, and leaves it open", async () => {
    const { store, checkpointer } = own();
    const index = createInProcessIndex({ name: "mine", dimensions: embeddings.dimensions });
    const options = {
      model: new FakeListChatModel({ responses: ["Noted."] }),
      modelName: "mine:list",
      embeddings,
      index,
      store,
      checkpointer,
      backgroundReflection: false,
    };
    agent = await openPersonaAgent({}, options);
    expect(agent.info).toEqual({
      model: "mine:list",
      embeddings: "given",
      index: "in-process",
      dataDir: null,
    });
    const settings = { allowedTools: [] };
    const turn = await agent.ask("ada", "I never eat peanuts.", { threadId: "t", settings });
    expect(turn).toMatchObject({ answer: "Noted.", degraded: [] });
    await agent.close();

    agent = await openPersonaAgent({}, options);
    const { recalled } = await agent.ask("ada", "May I eat peanuts?", { settings });
    expect(recalled.map(({ id }) => id)).toEqual([turn.episodeId]);
    const { values } = await agent.graph.getState({ configurable: { thread_id: "t" } });
    expect(values.messages).toHaveLength(2);
  });

  it("refuses a data folder that does not exist where it is told that it must, only for what PostgreSQL is to have there", async () => {
    const dataDir = join(await mkdtemp(join(tmpdir(), "must-exist-")), "mistyped");
    const opening = openPersonaAgent({}, { dataDir, mustExist: true });
    await expect(opening).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining("expected one with memory"),
    });
    expect(existsSync(dataDir)).toBe(false);
    const without = { needsStorage: false, needsIndex: false, needsFolder: true };
    const services = await openEmbeddedServices({}, { dataDir, mustExist: true, ...without });
    await services.close();
    expect(existsSync(dataDir)).toBe(true);
  });

  it("opens an index for given embeddings by their name, and measures their vectors", async () => {
    agent = await openPersonaAgent(
      { INDEX: "in-process" },
      { ...own(), embeddings, embeddingsName: "mine-1" },
    );
    expect(agent.info.embeddings).toBe("mine-1");
    const { episodeId } = await agent.ask("ada", "I never eat peanuts.");
    const { recalled, degraded } = await agent.ask("ada", "May I eat peanuts?");
    expect(recalled.map(({ id }) => id)).toEqual([episodeId]);
    expect(degraded).toEqual([]);
  });

  it("aligns with the given model, unless another is named for it", async () => {
    const model = new FakeListChatModel({ responses: ["{}"] });
    const env = { INDEX: "in-process" };
    agent = await openPersonaAgent(env, { ...own(), model, modelName: "mine" });
    await say(agent, "I never eat peanuts.");
    await expect(agent.buildProfile("ada")).rejects.toThrow(/did not fit/);
    await agent.close();
    // The offline model can draw one.
    agent = await openPersonaAgent(
      { ...env, ALIGNMENT_MODEL: "offline" },
      { ...own(), model, modelName: "mine" },
    );
    await say(agent, "I never eat peanuts.");
    expect((await agent.buildProfile("ada")).profile?.model).toBe("offline");
  });

  async function say({ ask }: OpenAgent, message: string) {
    await ask("ada", message, { settings: { allowedTools: [] } });
  }
});

const contradictions: readonly (readonly [RegExp, OpenOptions])[] = [
  [/`embeddings` were given without an `index`.*`embeddingsName`/, { embeddings }],
  [/`embeddingsName` names `embeddings`, which was not given/, { embeddingsName: "mine" }],
  [/`embeddingsName` is "a b"; expected 1 to 76/, { embeddings, embeddingsName: "a b" }],
  [/`modelName` names `model`/, { modelName: "mine" }],
  [/`alignmentModelName` names `alignmentModel`/, { alignmentModelName: "mine" }],
  [/`checkpointer` was given with `keepThreads: false`/, { keepThreads: false, ...own() }],
];

it.each(contradictions)("refuses contradicting options in one line: %s", async (line, options) => {
  await expect(openPersonaAgent({}, options)).rejects.toThrow(line);
});

it.each([
  [
    /`model` is "openai:gpt-4o"; expected a chat model of LangChain.*`MODEL`\.$/,
    { model: "openai:gpt-4o" },
  ],
  [/`alignmentModel` is of the kind Object; expected a chat model/, { alignmentModel: {} }],
  [
    /`embeddings` is "openai:small"; expected embeddings of LangChain/,
    { embeddings: "openai:small" },
  ],
])("refuses what is no part of LangChain's in one line: %s", async (line, options) => {
  const given = options as unknown as PersonaAgentOptions;
  expect(() => createPersonaAgent(given)).toThrow(line);
  await expect(openPersonaAgent({}, given)).rejects.toThrow(line);
});

it.each([
  [
    /has "dataDir" among its settings; expected the environment.*second argument\.$/,
    { dataDir: "./mine" },
  ],
  [/has "MODEL" among its settings/, { MODEL: new OfflineChatModel() }],
  [/has no settings; expected the environment/, undefined],
])("refuses options in the place of settings: %s", async (line, env) => {
  await expect(openPersonaAgent(env as never)).rejects.toThrow(line);
});

it("refuses embeddings without an index in a process's own memory too", () => {
  expect(() => createPersonaAgent({ model: new OfflineChatModel(), embeddings })).toThrow(
    /`embeddings` were given without an `index`.*createInProcessIndex/,
  );
});

it("warns where the offline model is given tools of one's own, which it never calls", async () => {
  const tools = [
    tool(() => "Done.", { name: "book_table", description: "Books.", schema: z.object({}) }),
  ];
  const warned = once(process, "warning", { signal: AbortSignal.timeout(5_000) });
  createPersonaAgent({ tools });
  const [warning] = (await warned) as [Error];
  expect(warning.message).toMatch(/never tools of your own \(book_table\)/);
});
