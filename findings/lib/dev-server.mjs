// Runs LangGraph's development server on `langgraph.json` of the current folder, on a free loopback port, for as long
// as this process lives. The scripts about that server copy this file beside their own.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** @returns The server's address. */
export async function startDevServer() {
  const port = await freePort();
  const args = ["dev", "--no-browser", "--host", "127.0.0.1", "--port", `${port}`];
  const { LANGSMITH_API_KEY: _, LANGCHAIN_API_KEY: __, ...inherited } = process.env;
  const env = { ...inherited, LANGGRAPH_CLI_NO_ANALYTICS: "1", LANGSMITH_TRACING: "false" };
  // The server is a tree of processes, so it gets a process group of its own, which is ended as one.
  const server = spawn("node_modules/.bin/langgraphjs", args, {
    env,
    stdio: "ignore",
    detached: true,
  });
  process.on("exit", () => {
    try {
      process.kill(-server.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

  const url = `http://127.0.0.1:${port}`;
  const answers = async () => (await fetch(`${url}/ok`)).ok;
  for (let tries = 0; !(await answers().catch(() => false)); tries++) {
    if (tries === 450 || server.exitCode !== null) throw new Error("The server did not start.");
    await sleep(100);
  }
  return url;
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
