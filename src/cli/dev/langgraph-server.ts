import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { PersonaAgentError } from "../../system/errors.js";
import { ownProgramArguments } from "../../system/own-program.js";

export interface LangGraphServerOptions {
  /** The `langgraph.json` to serve. The server keeps its threads in a folder beside it. */
  readonly configFile: string;
  readonly host: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with each line that the server writes. */
  readonly onLine: (line: string) => void;
  /** The server's program; set by tests only. */
  readonly program?: string;
}

/** LangGraph's dev server, a tree of processes in a process group of its own. */
export interface LangGraphServer {
  /** The process that leads the group. */
  readonly pid: number | undefined;
  /** Resolves when no process of the group is left. */
  readonly ended: Promise<void>;
  /** Asks it to end, kills it after some seconds, and waits for the end. A second call only waits. */
  stop(): Promise<void>;
}

/**
 * Starts `langgraphjs dev`. It ends soon after this process, `kill -9` included.
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
  const leaderArgs = ownProgramArguments(import.meta.url, "./server-group");
  const leader = spawn(process.execPath, [...leaderArgs, program, ...args], {
    // Without it the tool reports its use to its makers.
    env: { LANGGRAPH_CLI_NO_ANALYTICS: "1", ...env },
    // A terminal's Ctrl-C reaches this process only, which then ends the group in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  leader.on("error", () => undefined);
  // Not "close": that event does not come after we disconnect.
  const outputs = [leader.stdout, leader.stderr].map((output) => readLines(output, onLine));
  const exited = once(leader, "exit").then(() => {
    // Needed where the leader itself was killed; otherwise no process is left.
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

/** Polls the server. @returns False when `signal` was aborted before it answered. */
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
      "LangGraph's dev server is not installed; expected the package @langchain/langgraph-cli. Run npm install --save-dev @langchain/langgraph-cli@~1.5.1.",
      { cause },
    );
  }
}
