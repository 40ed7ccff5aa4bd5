import { mkdir, readdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../system/free-port.js";
import { launchServer, type ServerProcess } from "./launch-server.js";
import { cannotRun, findNativeBindings } from "./native-binding.js";
import { urlOf } from "./server-protocol.js";

const portsTried = 5;
/** How long a start may take once the folder is free, in milliseconds. */
const startMs = 30_000;
const firstRestartAfterMs = 100;
const longestRestartAfterMs = 30_000;

export interface ChromaServerOptions {
  /** The folder of Chroma's files. Created when it does not exist. */
  readonly path: string;
  /** The address to listen on; the loopback unless given. */
  readonly host?: string;
  /** A free one when it is 0. */
  readonly port?: number;
  /** How long to wait for another server of this folder to end, in milliseconds. */
  readonly lockWaitMs?: number;
  /** Whether everything in the folder is removed when the server crashed: only where all of it can be made again. */
  readonly isEmptiedAfterCrash?: boolean;
  /** Finds the native libraries to run; the platform's own unless given. */
  readonly findBindings?: () => readonly string[];
}

export interface EmbeddedChromaOptions extends Omit<
  ChromaServerOptions,
  "path" | "host" | "isEmptiedAfterCrash"
> {
  /** Chroma's files are in `chroma` inside it. */
  readonly dataFolder: string;
}

/** A Chroma server of our own. It ends soon after this process, however this process ends. */
export interface EmbeddedChroma {
  /** Where it is reached from this machine; stays the same when the server is restarted. */
  readonly url: string;
  /** The current server process. */
  readonly pid: number;
  /** Ends the server and waits for its end. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts a Chroma server for this process alone, on this machine's loopback; see `startChromaServer`. When it crashes
 * (SIGSEGV), its folder is emptied: files that a killed server left half written make each later one crash, and all that
 * is in them is in the store.
 */
export function startEmbeddedChroma({
  dataFolder,
  ...options
}: EmbeddedChromaOptions): Promise<EmbeddedChroma> {
  return startChromaServer({
    ...options,
    path: join(dataFolder, "chroma"),
    isEmptiedAfterCrash: true,
  });
}

/**
 * Starts the Chroma server that ships in the npm package, and restarts it on the same port when it ends before `close`.
 * The server holds the folder's lock `chroma` until it ends, which may be a little after this process.
 *
 * @throws {PersonaAgentError} `memory-index-unavailable` where it cannot run; `memory-folder-in-use`; `config-invalid`
 *   when the port is in use, or `host` is not an address of this machine.
 */
export async function startChromaServer({
  path: givenPath,
  host = "127.0.0.1",
  port: givenPort = 0,
  lockWaitMs = 15_000,
  isEmptiedAfterCrash = false,
  findBindings = findNativeBindings,
}: ChromaServerOptions): Promise<EmbeddedChroma> {
  const bindings = findBindings();
  await mkdir(givenPath, { recursive: true });
  const path = await realpath(givenPath);
  const closing = new AbortController();
  const launch = (port: number, isAwaited: boolean) =>
    launchServer(
      { path, host, port, bindings, startedBy: process.pid, lockWaitMs },
      { withinMs: lockWaitMs + startMs, signal: closing.signal, isAwaited },
    );

  const { port, server: first } = await launchOnFreePort(
    (free) => launch(free, true),
    host,
    givenPort,
  );
  let server = first;
  const supervision = keepServing();

  async function keepServing() {
    let waitMs = firstRestartAfterMs;
    while (!closing.signal.aborted) {
      const since = performance.now();
      const signal = await server.ended;
      if (isEmptiedAfterCrash && signal === "SIGSEGV") await empty(path);
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
    url: urlOf(host, port),
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

/** What cannot be removed stays: it is not Chroma's. */
async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}

async function launchOnFreePort(
  launch: (port: number) => Promise<ServerProcess | null>,
  host: string,
  given: number,
) {
  for (let tried = 0; tried < portsTried; tried += 1) {
    // A given port that is in use is refused here.
    const port = await freePort(host, given);
    const server = await launch(port);
    if (server !== null) return { port, server };
  }
  throw cannotRun(`${portsTried} ports that were free a moment before were taken`);
}
