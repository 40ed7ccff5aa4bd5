import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { compiled } from "../setup/compiled.js";

/** `persona-agent serve` in a process of its own. */
export interface OwnServer {
  readonly url: string;
  readonly child: ChildProcessByStdio<null, Readable, null>;
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts it on a data folder, with the index in its process, and waits until it answers. */
export async function startServe(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<OwnServer> {
  const words = ["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", folder, "--json"];
  const child = spawn(process.execPath, [compiled("src/cli/main.ts"), ...words], {
    env: { ...process.env, INDEX: "in-process", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url } = JSON.parse(line) as { readonly url: string };
  return {
    url,
    child,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}
