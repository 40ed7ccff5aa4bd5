import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** `npm run dev` in a temporary folder, one for all examples of a process. It ends when they have. */
export const serverUrl = await startServer();

async function startServer(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-example-"));
  const words = ["--import", "tsx", "src/cli/main.ts", "dev", "--port", "0", "--json"];
  const server = spawn(process.execPath, [...words, "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "ignore"],
  }) as ChildProcessByStdio<null, Socket, null>;
  const exited = once(server, "exit");
  process.once("exit", () => server.kill("SIGTERM"));
  process.once("beforeExit", () => {
    server.ref();
    server.kill("SIGTERM");
    void exited.then(() => rm(dataDir, { recursive: true, force: true }));
  });
  // One line of JSON; nothing if it could not start.
  const lines = createInterface({ input: server.stdout });
  const [line = "{}"] = (await Promise.race([once(lines, "line"), exited])) as [string?];
  const { url } = JSON.parse(line) as { readonly url: string };
  // Neither keeps the process up.
  server.unref();
  server.stdout.unref();
  return url;
}
