import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { withTimeLimit } from "./time-limit.js";

const owner = new AsyncLocalStorage<ChildProcess[]>();

/**
 * Runs something and keeps the child processes that it starts, however deep inside a library: for those that
 * hand out no process to end. Node tells of each new process on a channel of its own, in the async context
 * of whoever starts it.
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

/** How long a process has to end by itself once it was asked to. */
const graceMs = 1_000;

/** Ends a process that may not listen: its input is closed, it is asked to end, and then it is killed. */
export async function endProcess(child: ChildProcess): Promise<void> {
  const runs = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!runs) return;
  const ended = once(child, "exit");
  child.stdin?.destroy();
  child.kill("SIGTERM");
  await withTimeLimit(() => ended, { timeoutMs: graceMs }).catch(() => child.kill("SIGKILL"));
  await ended;
}
