import { once } from "node:events";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { PersonaAgent } from "../../app/persona-agent.js";
import { readRequestSettings } from "../../config/request-settings.js";
import { createStandaloneApp } from "../../server/server-app.js";
import { freePort } from "../../system/free-port.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { addressOn, signInFor } from "./listening.js";

/** How long requests that are under way have before their connections are closed. */
const graceMs = 10_000;

/** Serves the routes, OpenAI's protocol and MCP until the signal, without LangGraph's server. */
export async function runServe(
  { host, port: requestedPort }: { readonly host: string; readonly port: number },
  context: CommandContext,
): Promise<void> {
  const { env, json, signal, stdout, stderr } = context;
  const { signIn } = await signInFor(env, host);
  const settings = readRequestSettings(env);
  const port = await freePort(host, requestedPort);
  const log = (line: string) => void stderr.write(`${line}\n`);
  const serve = async (agent: PersonaAgent) => {
    const { fetch } = createStandaloneApp(agent, { signIn, log, ...settings });
    const server = createAdaptorServer({ fetch }) as Server;
    server.listen(port, host);
    await once(server, "listening");
    const url = addressOn(host, port);
    if (json) writeJson(context, { url, signIn: signIn.isOn });
    else stdout.write(`${url}\n`);
    if (!signal.aborted) await once(signal, "abort");
    await stop(server);
  };
  await withAgent(context, serve, { handlesSignal: true, background: true });
}

/** Takes no more requests, and waits for those that are under way. */
async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // `close` ends the connections that are idle now, and leaves open for seconds those that become so.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
