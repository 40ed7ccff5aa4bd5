// The agent, and bare LangGraph graphs, as contestants: see serve-orders.mjs. Arguments: which, the model's address, a
// folder, and a database's address where there is one.
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresStore } from "@langchain/langgraph-checkpoint-postgres/store";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { createBareGraph } from "./bare-graph.js";
import { instantDimensions } from "./instant-model.js";
import { serveOrders } from "./serve-orders.mjs";

interface Order {
  readonly user: string;
  readonly text: string;
  readonly thread?: string;
  readonly texts: readonly string[];
}
type Contestant = Readonly<Record<string, (order: Order) => Promise<unknown>>>;

const [which = "", baseURL = "", dataDir = "", databaseUrl = ""] = process.argv.slice(2);
const models = {
  MODEL: "openai:instant",
  OPENAI_API_KEY: "none",
  OPENAI_BASE_URL: baseURL,
  EMBEDDINGS: "openai:instant-384",
};
const learning = { backgroundAlignment: false, backgroundReflection: false };

const contestants: Readonly<Record<string, () => Promise<Contestant>>> = {
  embedded: async () => ordersOf(await openPersonaAgent(models, { ...learning, dataDir })),
  memory: async () => {
    const index = createInProcessIndex({ name: "instant", dimensions: instantDimensions });
    const checkpointer = new MemorySaver();
    return ordersOf(createPersonaAgent({ ...learning, ...parts(), index, checkpointer }));
  },
  "bare-memory": async () => {
    const { model, embeddings } = parts();
    const index = { dims: instantDimensions, embeddings };
    return bare(createBareGraph(model, new InMemoryStore({ index }), new MemorySaver()));
  },
  "bare-postgres": async () => {
    const store = PostgresStore.fromConnString(databaseUrl);
    const saver = PostgresSaver.fromConnString(databaseUrl);
    await store.setup();
    await saver.setup();
    return bare(createBareGraph(parts().model, store, saver));
  },
};

const contestant = contestants[which];
if (contestant === undefined) throw new Error(`There is no contestant ${which}.`);
await serveOrders(await contestant());

function parts() {
  const configuration = { baseURL };
  return {
    model: new ChatOpenAI({ model: "instant", apiKey: "none", configuration }),
    embeddings: new OpenAIEmbeddings({ model: "instant-384", apiKey: "none", configuration }),
  };
}

function ordersOf(
  agent: Pick<ReturnType<typeof createPersonaAgent>, "ask" | "import" | "search">,
): Contestant {
  return {
    turn: async ({ user, text, thread }) =>
      (await agent.ask(user, text, { threadId: thread })).answer,
    fill: async ({ user, texts }) => {
      const items = texts.map((query) => ({ user, query }));
      await agent.import(items, { profiles: false });
    },
    search: async ({ user, text }) => (await agent.search(user, text, { limit: 6 })).length,
  };
}

function bare(turn: ReturnType<typeof createBareGraph>): Contestant {
  return {
    turn: async ({ user, text, thread }) =>
      (await turn(user, text, thread)).messages.at(-1)?.text ?? "",
  };
}
