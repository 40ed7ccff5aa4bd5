import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { buildBareGraph } from "../side-by-side/bare-graph.mjs";
import { instantDimensions } from "../side-by-side/instant-model.js";

const configuration = { baseURL: process.env["OPENAI_BASE_URL"] };
const fields = { apiKey: "none", configuration };
const embeddings = new OpenAIEmbeddings({ model: "instant-384", ...fields });
const store = new InMemoryStore({ index: { dims: instantDimensions, embeddings } });

/** What search, model and put cost on the server with nothing else, in the process's memory. */
export const bare = buildBareGraph(
  new ChatOpenAI({ model: "instant", ...fields }),
  store,
).compile();
