/** The time limit of `withTimeLimit` was reached. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}

/** The longest delay of Node's timers, in milliseconds; longer ones fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Runs a task for a limited time. The task should stop when its signal is aborted. If it does not, the promise
 * settles all the same, and a later result is dropped.
 *
 * @param timeoutMs - In milliseconds.
 * @param signal - Ends the task too, with the signal's own reason.
 * @throws {TimeLimitError} after `timeoutMs`; the reason of `signal` when that is aborted.
 */
export async function withTimeLimit<T>(
  run: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const ended = new Promise<never>((_resolve, reject) => {
    controller.signal.onabort = () => reject(controller.signal.reason);
  });
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  // Not `AbortSignal.timeout`: its timer is unreferenced, so a process that only waits for this would end.
  const timer = setTimeout(
    () => controller.abort(new TimeLimitError(timeoutMs)),
    Math.min(timeoutMs, longestTimeoutMs),
  );
  try {
    return await Promise.race([run(controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
