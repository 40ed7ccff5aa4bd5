import { openPersonaAgent } from "./open-persona-agent.js";

/**
 * What `langgraph.json` names. The one file with a side effect on import: it opens the services that the environment
 * names. The server keeps the threads itself and ends with its process, which takes the embedded services with it.
 */
const open = await openPersonaAgent(process.env, {
  command: "a LangGraph server",
  keepThreads: false,
});

export const agent = open.graph;
