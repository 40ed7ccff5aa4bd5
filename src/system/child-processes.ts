import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { withTimeLimit } from "./time-limit.js";

const owner = new AsyncLocalStorage<ChildProcess[]>();

/**
 * Runs a task and lists the child processes that it starts, however deep inside a library: for libraries that give no
 * access to their processes. Node announces each new process on a diagnostics channel, in the caller's async context.
 */
export async function withChildProcesses<T>(
  run: (children: readonly ChildProcess[]) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = [];
  const onProcess = (message: unknown) => {
    if (owner.getStore() === children)
      children.push((message as { process: ChildProcess }).process);
  };
  subscribe("child_process", onProcess);
  try {
    return await owner.run(children, () => run(children));
  } finally {
    unsubscribe("child_process", onProcess);
  }
}

/** How long a process may take to end after SIGTERM. */
const graceMs = 1_000;

/** Ends a process: closes its input, sends SIGTERM, and after a second SIGKILL. */
export async function endProcess(child: ChildProcess): Promise<void> {
  const runs = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!runs) return;
  const ended = once(child, "exit");
  child.stdin?.destroy();
  child.kill("SIGTERM");
  await withTimeLimit(() => ended, { timeoutMs: graceMs }).catch(() => child.kill("SIGKILL"));
  await ended;
}
