import { mkdir, realpath } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { launchServer, type ServerProcess } from "./launch-server.js";
import { cannotRun, findNativeBindings } from "./native-binding.js";

const portsTried = 5;
const firstRestartAfterMs = 100;
const longestRestartAfterMs = 30_000;

export interface EmbeddedChromaOptions {
  /** Made when it is not there. Chroma's files are in `chroma` inside it. */
  readonly dataFolder: string;
  /** For how long to wait for a server of this folder that is on its way out, in milliseconds. */
  readonly lockWaitMs?: number;
  /** For how long the start may take beyond that, in milliseconds. */
  readonly startMs?: number;
  /** The port to try first; a free one otherwise. */
  readonly port?: number;
  /** Finds the native libraries to run; the platform's own unless given. */
  readonly findBindings?: () => readonly string[];
}

/** A Chroma server of our own. It is gone soon after this process, however this process ends. */
export interface EmbeddedChroma {
  /** `http://127.0.0.1:port`; stays the same when the server has to be started again. */
  readonly url: string;
  /** The server process of the moment. */
  readonly pid: number;
  /** Ends the server and waits until it is gone. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts the Chroma server that ships in the npm package, on this machine's loopback only, and starts it
 * again on the same port when it ends before it is closed. It takes the folder's lock `chroma` and keeps it
 * for as long as it lives, which may be a little longer than this process does.
 *
 * @throws {PersonaAgentError} `memory-index-unavailable` where it cannot run; `memory-folder-in-use`
 */
export async function startEmbeddedChroma({
  dataFolder,
  lockWaitMs = 15_000,
  startMs = 30_000,
  port: wished,
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

  const { port, server: first } = await launchOnSomePort((free) => launch(free, true), wished);
  let server = first;
  const kept = keepServing();

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

  /** Whoever uses the index is told at every call that it is away; here it is only tried again. */
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
      await kept;
      // One that began to serve just as we closed.
      await server.stop();
    },
  };
}

async function launchOnSomePort(
  launch: (port: number) => Promise<ServerProcess | null>,
  wished: number | undefined,
) {
  for (let tried = 0; tried < portsTried; tried += 1) {
    const port = tried === 0 && wished !== undefined ? wished : await freePort();
    const server = await launch(port);
    if (server !== null) return { port, server };
  }
  throw cannotRun(`${portsTried} ports that were free a moment before were taken`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
