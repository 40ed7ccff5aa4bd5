import { once } from "node:events";
import {
  type AgentEnvironment,
  type EmbeddedServices,
  openEmbeddedServices,
} from "../../app/embedded-services.js";
import { loadModels } from "../../app/open-persona-agent.js";
import { freePort } from "../../system/free-port.js";
import { startLangGraphServer, untilServing } from "./langgraph-server.js";
import { writeServerConfig } from "./server-config.js";
import { createServerLog, type LogOutput } from "./server-log.js";

/** A dev server that answers. Plain JSON. */
export interface DevServerInfo {
  readonly url: string;
  readonly model: string;
  readonly embeddings: string;
  readonly dataDir: string;
}

export interface DevServerOptions {
  readonly env: AgentEnvironment;
  /** Over `PERSONA_DATA_DIR`. */
  readonly dataDir?: string | undefined;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Where the server's log goes. */
  readonly log: LogOutput;
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
  port: wished,
  log: output,
  onServing,
  signal,
}: DevServerOptions): Promise<void> {
  // What is wrong with a setting is told here in one line; the server would bury it in its log.
  const { modelName, vectors } = loadModels(env);
  const port = await freePort(host, wished);
  const url = `http://${/^(0\.0\.0\.0|::)$/.test(host) ? "localhost" : host}:${port}`;
  const command = "persona-agent dev";
  const services = await openEmbeddedServices(env, { dataDir, command, url, needsFolder: true });
  try {
    const folder = services.dataDir ?? ".";
    const log = createServerLog(output);
    const server = startLangGraphServer({
      configFile: await writeServerConfig(folder, process.cwd()),
      host,
      port,
      env: serverEnvironment(env, services),
      onLine: log.take,
    });
    const ended = new AbortController();
    void server.ended.then(() => ended.abort());
    try {
      const over = AbortSignal.any([signal, ended.signal]);
      if (await untilServing(url, over)) {
        log.open();
        onServing({ url, model: modelName, embeddings: vectors.name, dataDir: folder });
      }
      if (!over.aborted) await once(over, "abort");
    } finally {
      log.mute();
      await server.stop();
    }
    if (!signal.aborted)
      throw new Error("The LangGraph server ended by itself; what it said last is above.");
  } finally {
    await services.close();
  }
}

function serverEnvironment(env: AgentEnvironment, { databaseUrl, chromaUrl }: EmbeddedServices) {
  return {
    ...env,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(chromaUrl !== undefined && { CHROMA_URL: chromaUrl }),
  };
}
