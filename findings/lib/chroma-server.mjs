// Runs the Chroma server of the npm package in the current folder, on a free loopback port, for as long as this
// process lives. The scripts about Chroma copy this file beside their own.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ChromaClient } from "chromadb";

const binding = "chromadb-js-bindings-linux-x64-gnu";

/** @returns A client of the server. The server's files are in the folder `data`. */
export async function startChroma() {
  const port = await freePort();
  const command = ["chroma", "run", "--path", "data", "--port", `${port}`, "--host", "127.0.0.1"];
  const code = `require("${binding}").cli(${JSON.stringify(command)})`;
  const server = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
  process.on("exit", () => server.kill("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

  const answers = async () => (await fetch(`http://127.0.0.1:${port}/api/v2/heartbeat`)).ok;
  for (let tries = 0; !(await answers().catch(() => false)); tries++) {
    if (tries === 200 || server.exitCode !== null)
      throw new Error("The Chroma server did not start.");
    await sleep(100);
  }
  return new ChromaClient({ host: "127.0.0.1", port });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
