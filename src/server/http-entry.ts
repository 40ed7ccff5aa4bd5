import { openAgent } from "../app/server-entry.js";
import { createHttpApp } from "./http-app.js";

/** `http.app` of `langgraph.json`: our routes on LangGraph's server, over the agent that its graphs are of. */
export const app = createHttpApp(openAgent, {
  log: (line) => void process.stderr.write(`${line}\n`),
});
