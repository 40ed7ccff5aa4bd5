import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../system/free-port.js";
import { launchServer, type ServerProcess } from "./launch-server.js";
import { cannotRun, findNativeBindings } from "./native-binding.js";

const portsTried = 5;
/** How long a start may take once the folder is free, in milliseconds. */
const startMs = 30_000;
const firstRestartAfterMs = 100;
const longestRestartAfterMs = 30_000;

export interface EmbeddedChromaOptions {
  /** Created when it does not exist. Chroma's files are in `chroma` inside it. */
  readonly dataFolder: string;
  /** How long to wait for another server of this folder to end, in milliseconds. */
  readonly lockWaitMs?: number;
  /** The port to try first; a free one otherwise. */
  readonly port?: number;
  /** Finds the native libraries to run; the platform's own unless given. */
  readonly findBindings?: () => readonly string[];
}

/** A Chroma server of our own. It ends soon after this process, however this process ends. */
export interface EmbeddedChroma {
  /** `http://127.0.0.1:port`; stays the same when the server is restarted. */
  readonly url: string;
  /** The current server process. */
  readonly pid: number;
  /** Ends the server and waits for its end. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts the Chroma server that ships in the npm package, on this machine's loopback only, and restarts it on the same
 * port when it ends before `close`. The server holds the folder's lock `chroma` until it ends, which may be a little
 * after this process.
 *
 * @throws {PersonaAgentError} `memory-index-unavailable` where it cannot run; `memory-folder-in-use`
 */
export async function startEmbeddedChroma({
  dataFolder,
  lockWaitMs = 15_000,
  port: preferred,
  findBindings = findNativeBindings,
}: EmbeddedChromaOptions): Promise<EmbeddedChroma> {
  const bindings = findBindings();
  await mkdir(join(dataFolder, "chroma"), { recursive: true });
  const folder = await realpath(dataFolder);
  const closing = new AbortController();
  const launch = (port: number, isAwaited: boolean) =>
    launchServer(
      {
        folder,
        path: join(folder, "chroma"),
        port,
        bindings,
        startedBy: process.pid,
        lockWaitMs,
      },
      { withinMs: lockWaitMs + startMs, signal: closing.signal, isAwaited },
    );

  const { port, server: first } = await launchOnFreePort((free) => launch(free, true), preferred);
  let server = first;
  const supervision = keepServing();

  async function keepServing() {
    let waitMs = firstRestartAfterMs;
    while (!closing.signal.aborted) {
      const since = performance.now();
      await server.ended;
      const isStable = performance.now() - since > longestRestartAfterMs;
      waitMs = isStable ? firstRestartAfterMs : Math.min(waitMs * 2, longestRestartAfterMs);
      server = (await restart(waitMs)) ?? server;
    }
  }

  /** A failure needs no report: every call to the index reports that the server is away. */
  async function restart(waitMs: number): Promise<ServerProcess | null> {
    try {
      await delay(waitMs, undefined, { ref: false, signal: closing.signal });
      return await launch(port, false);
    } catch {
      return null;
    }
  }

  return {
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return server.pid;
    },
    async close() {
      closing.abort();
      await server.stop();
      await supervision;
      // A restart may have succeeded during `close`.
      await server.stop();
    },
  };
}

async function launchOnFreePort(
  launch: (port: number) => Promise<ServerProcess | null>,
  preferred: number | undefined,
) {
  for (let tried = 0; tried < portsTried; tried += 1) {
    const port =
      tried === 0 && preferred !== undefined ? preferred : await freePort("127.0.0.1", 0);
    const server = await launch(port);
    if (server !== null) return { port, server };
  }
  throw cannotRun(`${portsTried} ports that were free a moment before were taken`);
}
