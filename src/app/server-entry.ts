import { existsSync } from "node:fs";
import { createSignIn, type SignIn } from "../auth/sign-in.js";
import { readSignInSettings } from "../auth/sign-in-settings.js";
import { readRequestSettings } from "../config/request-settings.js";
import { findOpenDoor } from "./find-open-door.js";
import { PersonaAgentError } from "../system/errors.js";
import type { RequestAlignment } from "../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../nodes/agent/schedule-reflection.js";
import { openPersonaAgent } from "./open-persona-agent.js";
import { createServerReflections } from "./alignment-runs/server-reflections.js";
import { ownServer } from "./alignment-runs/server-request.js";
import { serverHoldings } from "./alignment-runs/server-holdings.js";
import { createServerScheduler } from "./alignment-runs/server-scheduler.js";

// For a server that our command line did not start. `langgraph.json` can name an env file only if it always exists.
if (existsSync(".env")) process.loadEnvFile();

/** Who may call the server. Without sign-in it does not start, unless `AUTH=off` asks for that on this machine. */
export const signIn = await openSignIn();
export const requestSettings = await inOneLine(() => readRequestSettings(process.env));

/** `langgraph.json` names this module; its import opens the services, which end with the process. */
const agentWithServices = await openPersonaAgent(process.env, {
  command: "a LangGraph server",
  keepThreads: false,
  userHoldings: serverHoldings(process.env["LANGGRAPH_API_URL"]),
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

/** The server as it calls itself. */
export const ownClient = () => ownServer(server.url);

/** For routes of ours on the same server. */
export const openAgent = agentWithServices;
export const agent = agentWithServices.graph;
export const alignment = agentWithServices.alignmentGraph;
export const feedback = agentWithServices.feedbackGraph;
export const reflection = agentWithServices.reflectionGraph;

if (signIn.isOn && server.url !== undefined)
  void findOpenDoor(server.url).then((missing) => {
    if (missing !== undefined)
      end(
        `The server asks nobody who they are, because its langgraph.json lacks ${missing} of persona-agent; expected \`auth\` and \`http.app\`. Add them: docs/serving.md, Sign-in.`,
      );
  });

async function openSignIn(): Promise<SignIn> {
  const url = process.env["LANGGRAPH_API_URL"];
  const host = url === undefined ? undefined : new URL(url).hostname;
  return inOneLine(() => createSignIn(readSignInSettings(process.env, host)));
}

/** Ends the process with the line of a wrong setting. */
async function inOneLine<Result>(read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!PersonaAgentError.is(error)) throw error;
    return end(error.message);
  }
}

function end(message: string): never {
  process.stderr.write(`persona-agent: ${message}\n`);
  process.exit(1);
}
