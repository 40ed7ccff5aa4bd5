import { existsSync } from "node:fs";
import { openPersonaAgent } from "./open-persona-agent.js";
import { createServerScheduler } from "./alignment-runs/server-scheduler.js";

// For a server that was not started by us; `langgraph.json` can name such a file only if it is always there.
if (existsSync(".env")) process.loadEnvFile();

/**
 * What `langgraph.json` names. The one file with a side effect on import: it opens the services that the environment
 * names. The server keeps the threads itself and ends with its process, which takes the embedded services with it.
 */
const open = await openPersonaAgent(process.env, {
  command: "a LangGraph server",
  keepThreads: false,
  requestAlignment: (...asked) => askServer(...asked),
});
const askServer = createServerScheduler({
  alignments: open.memory.alignments,
  url: process.env["LANGGRAPH_API_URL"],
  log: (line) => process.stderr.write(`${line}\n`),
  now: () => new Date(),
});

export const agent = open.graph;
export const alignment = open.alignmentGraph;
export const feedback = open.feedbackGraph;
