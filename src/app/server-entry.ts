import { existsSync } from "node:fs";
import type { RequestAlignment } from "../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../nodes/agent/schedule-reflection.js";
import { openPersonaAgent } from "./open-persona-agent.js";
import { createServerReflections } from "./alignment-runs/server-reflections.js";
import { serverThreads } from "./alignment-runs/server-threads.js";
import { createServerScheduler } from "./alignment-runs/server-scheduler.js";

// For a server that our command line did not start. `langgraph.json` can name an env file only if it always exists.
if (existsSync(".env")) process.loadEnvFile();

/** `langgraph.json` names this module; its import opens the services, which end with the process. */
const agentWithServices = await openPersonaAgent(process.env, {
  command: "a LangGraph server",
  keepThreads: false,
  userThreads: serverThreads(process.env["LANGGRAPH_API_URL"]),
  // Unless workers do them.
  ...(!process.env["JOBS"]?.trim() && {
    requestAlignment: (...request: Parameters<RequestAlignment>) => requestAlignment(...request),
    requestReflection: (...request: Parameters<RequestReflection>) => requestReflection(...request),
  }),
});
const server = {
  url: process.env["LANGGRAPH_API_URL"],
  log: (line: string) => void process.stderr.write(`${line}\n`),
  now: () => new Date(),
};
const { alignments, episodes } = agentWithServices.memory;
const requestAlignment = createServerScheduler({ ...server, alignments, episodes });
const requestReflection = createServerReflections(server);

/** For routes of ours on the same server. */
export const openAgent = agentWithServices;
export const agent = agentWithServices.graph;
export const alignment = agentWithServices.alignmentGraph;
export const feedback = agentWithServices.feedbackGraph;
export const reflection = agentWithServices.reflectionGraph;
