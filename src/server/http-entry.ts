import type { Auth } from "@langchain/langgraph-sdk/auth";
import { openAgent, ownClient, requestSettings, signIn } from "../app/server-entry.js";
import { createLangGraphAuth } from "./langgraph-auth.js";
import { createServerApp } from "./server-app.js";

const langGraph = createLangGraphAuth(signIn, async (id) => {
  const assistant = await ownClient()
    .assistants.get(id)
    .catch(() => null);
  return assistant?.metadata ?? {};
});

/** `auth` of `langgraph.json`. Without it LangGraph's own routes ask nobody who they are. */
export const auth: Auth = langGraph.auth;

/** `http.app` of `langgraph.json`: our routes on LangGraph's server, over the agent that its graphs are of. */
export const app = createServerApp(openAgent, {
  ...requestSettings,
  signIn,
  own: ownClient,
  runOwners: langGraph.runOwners,
  log: (line) => void process.stderr.write(`${line}\n`),
});
