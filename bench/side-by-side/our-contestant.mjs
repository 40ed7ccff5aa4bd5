// The agent, and bare LangGraph graphs, as contestants: see serve-orders.mjs. Arguments: which, the model's address, a
// folder, and a database's address where there is one. In plain JavaScript, as its peers are and as people install it:
// a process that compiles TypeScript is slower to begin and larger.
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { serveOrders } from "./serve-orders.mjs";

const [which, baseURL, dataDir, databaseUrl] = process.argv.slice(2);
const compiled = "../../test/.compiled/src";
const dimensions = 384;
const learning = { backgroundAlignment: false, backgroundReflection: false };

const contestants = {
  async embedded() {
    const { openPersonaAgent } = await ourLibrary();
    const models = {
      MODEL: "openai:instant",
      OPENAI_API_KEY: "none",
      OPENAI_BASE_URL: baseURL,
      EMBEDDINGS: "openai:instant-384",
    };
    await serveAgent(await openPersonaAgent(models, { ...learning, dataDir }));
  },
  async memory() {
    const { createInProcessIndex, createPersonaAgent } = await ourLibrary();
    const index = createInProcessIndex({ name: "instant", dimensions });
    const checkpointer = new MemorySaver();
    await serveAgent(createPersonaAgent({ ...learning, ...parts(), index, checkpointer }));
  },
  /** What a search cannot do without here: the embedding, what tells where to look meanwhile, and what was found. */
  async floor() {
    const { openPgliteServer } = await import(`${compiled}/memory/postgres/pglite-server.js`);
    const { openPostgres } = await import(`${compiled}/memory/postgres/open-postgres.js`);
    const server = await openPgliteServer({ folder: dataDir });
    const { store, close } = await openPostgres({ url: server.url, embedded: true });
    const { embeddings } = parts();
    const found = 18;
    const does = {
      fill: ({ user, texts }) =>
        store.batch(
          texts.map((query, n) => ({ namespace: ["bench", user], key: `${n}`, value: { query } })),
        ),
      async search({ user, text }) {
        const namespace = ["bench", user];
        await Promise.all([embeddings.embedDocuments([text]), store.get(namespace, "0")]);
        const keys = Array.from({ length: found }, (_, n) => ({ namespace, key: `${n}` }));
        return (await store.batch(keys)).length;
      },
    };
    await serveOrders(does, async () => {
      await close();
      await server.close();
    });
  },
  async "bare-memory"() {
    const { model, embeddings } = parts();
    const store = new InMemoryStore({ index: { dims: dimensions, embeddings } });
    await serveBareGraph(model, store, new MemorySaver());
  },
  async "bare-postgres"() {
    const { PostgresSaver } = await import("@langchain/langgraph-checkpoint-postgres");
    const { PostgresStore } = await import("@langchain/langgraph-checkpoint-postgres/store");
    const store = PostgresStore.fromConnString(databaseUrl);
    const saver = PostgresSaver.fromConnString(databaseUrl);
    await store.setup();
    await saver.setup();
    await serveBareGraph(parts().model, store, saver);
  },
};
await contestants[which]();

function ourLibrary() {
  return import(`${compiled}/index.js`);
}

function parts() {
  const fields = { apiKey: "none", configuration: { baseURL } };
  return {
    model: new ChatOpenAI({ model: "instant", ...fields }),
    embeddings: new OpenAIEmbeddings({ model: "instant-384", ...fields }),
  };
}

function serveAgent(agent) {
  const does = {
    turn: async ({ user, text, thread }) =>
      (await agent.ask(user, text, { threadId: thread })).answer,
    fill: async ({ user, texts }) => {
      const items = texts.map((query) => ({ user, query }));
      await agent.import(items, { profiles: false });
    },
    search: async ({ user, text }) => (await agent.search(user, text, { limit: 6 })).length,
  };
  return serveOrders(does, () => agent.close());
}

async function serveBareGraph(...made) {
  const { createBareGraph } = await import("./bare-graph.mjs");
  const turn = createBareGraph(...made);
  return serveOrders({
    turn: async ({ user, text, thread }) =>
      (await turn(user, text, thread)).messages.at(-1)?.text ?? "",
  });
}
