import { readRequestSettings } from "../../config/request-settings.js";
import { once } from "node:events";
import { resolve } from "node:path";
import { type AgentEnvironment, openEmbeddedServices } from "../../app/embedded-services.js";
import { loadModels } from "../../app/model-environment.js";
import { freePort } from "../../system/free-port.js";
import { addressOn, signInFor } from "./listening.js";
import { startLangGraphServer, untilServing } from "./langgraph-server.js";
import { expectSignIn, writeServerConfig } from "./server-config.js";
import type { TerminalStream } from "../output/terminal.js";
import { createServerLog } from "./server-log.js";

/** A dev server that answers. Plain JSON. */
export interface DevServerInfo {
  readonly url: string;
  readonly model: string;
  readonly embeddings: string;
  readonly dataDir: string;
  /** Whether callers must sign in. */
  readonly signIn: boolean;
}

export interface DevServerOptions {
  readonly env: AgentEnvironment;
  readonly dataDir: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Where the server's log goes. */
  readonly log: TerminalStream;
  readonly onServing: (info: DevServerInfo) => void;
  /** Ends all of it. */
  readonly signal: AbortSignal;
}

/**
 * Runs LangGraph's dev server on the embedded services until `signal` is aborted, and leaves no process behind.
 *
 * @throws {PersonaAgentError} `config-*` and `memory-*` when it cannot start; another error when the server ends by itself.
 */
export async function runDevServer({
  env,
  dataDir,
  host,
  port: requestedPort,
  log: output,
  onServing,
  signal,
}: DevServerOptions): Promise<void> {
  // Checked here: a wrong setting is reported in one line, which the server would bury in its log.
  const { modelName, vectors } = loadModels(env);
  readRequestSettings(env);
  const { asked, settings, signIn } = await signInFor(env, host);
  if (signIn.isOn) await expectSignIn(process.cwd());
  const port = await freePort(host, requestedPort);
  const url = addressOn(host, port);
  const command = "persona-agent dev";
  const services = await openEmbeddedServices(env, { dataDir, command, url, needsFolder: true });
  try {
    const folder = services.dataDir ?? ".";
    const log = createServerLog(output);
    const server = startLangGraphServer({
      configFile: await writeServerConfig(folder, process.cwd()),
      host,
      port,
      env: {
        ...env,
        ...asked,
        // The server's own folder is another one.
        ...(settings !== "off" &&
          settings.keysFile !== undefined && { AUTH_KEYS_FILE: resolve(settings.keysFile) }),
        ...(services.databaseUrl !== undefined && { DATABASE_URL: services.databaseUrl }),
        // Only the server writes to it.
        ...(services.chromaUrl !== undefined && {
          CHROMA_URL: services.chromaUrl,
          CHROMA_EXCLUSIVE: "on",
        }),
      },
      onLine: log.take,
    });
    const ended = new AbortController();
    void server.ended.then(() => ended.abort());
    try {
      const over = AbortSignal.any([signal, ended.signal]);
      if (await untilServing(url, over)) {
        log.open();
        onServing({
          url,
          model: modelName,
          embeddings: vectors.name,
          dataDir: folder,
          signIn: signIn.isOn,
        });
      }
      if (!over.aborted) await once(over, "abort");
    } finally {
      log.mute();
      await server.stop();
    }
    if (!signal.aborted)
      throw new Error("The LangGraph server ended by itself; its last output is above.");
  } finally {
    await services.close();
  }
}
