import { setTimeout as delay } from "node:timers/promises";

const pollMs = 500;

/** Aborted soon after the parent process has ended. The system does not announce that, so the parent's id is polled. */
export function parentGone(): AbortSignal {
  const gone = new AbortController();
  void watch(process.ppid, gone);
  return gone.signal;
}

async function watch(parent: number, gone: AbortController) {
  while (process.ppid === parent) await delay(pollMs, undefined, { ref: false });
  gone.abort();
}
