import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PersonaAgentError } from "../../errors.js";

export interface LangGraphServerOptions {
  /** The `langgraph.json` to serve. The server keeps its threads in a folder beside it. */
  readonly configFile: string;
  readonly host: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told each line that the server writes. */
  readonly onLine: (line: string) => void;
  /** The server's program; given by tests only. */
  readonly program?: string;
}

/** LangGraph's dev server, a tree of processes in a process group of its own. */
export interface LangGraphServer {
  /** The process that leads the group. */
  readonly pid: number | undefined;
  /** Settles when no process of it is left, however it ended. */
  readonly ended: Promise<void>;
  /** Asks it to end, makes it end after some seconds, and waits for that. A second call does nothing more. */
  stop(): Promise<void>;
}

/**
 * Starts `langgraphjs dev`. It is gone soon after this process, `kill -9` included.
 *
 * @throws {PersonaAgentError} `config-invalid` when the package is not installed.
 */
export function startLangGraphServer({
  configFile,
  host,
  port,
  env,
  onLine,
  program = findProgram(),
}: LangGraphServerOptions): LangGraphServer {
  const args = ["dev", "--no-browser", "--host", host, "--port", `${port}`, "--config", configFile];
  const leader = spawn(process.execPath, [...leaderArguments(), program, ...args], {
    // The tool reports its use to its makers unless told not to.
    env: { LANGGRAPH_CLI_NO_ANALYTICS: "1", ...env },
    // A terminal's Ctrl-C reaches this process only, which then ends the group in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  leader.on("error", () => undefined);
  // Not "close": that event does not come once we have disconnected.
  const outputs = [leader.stdout, leader.stderr].map((output) => readLines(output, onLine));
  const exited = once(leader, "exit").then(() => {
    // For a leader that was killed itself; otherwise there is nobody left.
    if (leader.pid !== undefined) endGroup(leader.pid);
  });
  const ended = Promise.all([exited, ...outputs]).then(() => undefined);
  return {
    pid: leader.pid,
    ended,
    async stop() {
      if (leader.connected) leader.disconnect();
      await ended;
    },
  };
}

/** @returns False when `signal` was aborted before the server answered. */
export async function untilServing(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const answer = await fetch(`${url}/ok`, { signal }).catch(() => null);
    if (answer?.ok === true) return true;
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

async function readLines(input: Readable | null, onLine: (line: string) => void) {
  if (input === null) return;
  for await (const line of createInterface({ input })) onLine(line);
}

function endGroup(leader: number) {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // No process is left in it.
  }
}

function findProgram(): string {
  const require = createRequire(import.meta.url);
  try {
    const file = require.resolve("@langchain/langgraph-cli/package.json");
    const { bin } = JSON.parse(readFileSync(file, "utf8")) as { bin: { langgraphjs: string } };
    return join(dirname(file), bin.langgraphjs);
  } catch (cause) {
    throw new PersonaAgentError(
      "config-invalid",
      "LangGraph's dev server is not installed; expected the package @langchain/langgraph-cli. Run npm install --save-dev @langchain/langgraph-cli.",
      { cause },
    );
  }
}

/** From the sources the program needs the loader that runs us; as installed it is plain JavaScript. */
function leaderArguments(): string[] {
  const isSource = import.meta.url.endsWith(".ts");
  const program = fileURLToPath(
    new URL(isSource ? "./server-group.ts" : "./server-group.js", import.meta.url),
  );
  if (!isSource) return [program];
  const loader = createRequire(import.meta.url).resolve("tsx");
  return ["--import", pathToFileURL(loader).href, program];
}
