import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { compiled } from "../setup/compiled.js";
import { processTree } from "../processes/process-tree.js";

const infoSchema = z.object({
  url: z.url(),
  model: z.string(),
  embeddings: z.string(),
  dataDir: z.string(),
});

export interface DevServer {
  readonly info: z.output<typeof infoSchema>;
  readonly child: ChildProcess;
  /** The server's own log, once it has ended. */
  readonly log: Promise<string>;
  /** Every process that was started for it, as they are now. */
  processes(): number[];
  /** Sends a signal to the first process only, and gives its exit code once it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `persona-agent dev` in a process of its own, and waits until it answers. */
export async function startDevServer(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<DevServer> {
  const child = spawn(
    process.execPath,
    [compiled("src/cli/main.ts"), "dev", "--port", "0", "--json", ...words],
    { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const log = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout }))
    return {
      info: infoSchema.parse(JSON.parse(line)),
      child,
      log,
      processes: () => processTree(child.pid ?? 0),
      async end(signal) {
        const exited = once(child, "exit");
        child.kill(signal);
        const [code] = await exited;
        return typeof code === "number" ? code : null;
      },
    };
  throw new Error(`The dev server did not start: ${await log}`);
}
