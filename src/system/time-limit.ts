/** The time limit of `withTimeLimit` was reached. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`No answer within ${timeoutMs} ms.`);
    this.timeoutMs = timeoutMs;
  }
}

/** What Node's timers take; above it they fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * Runs something for a limited time. What runs is given a signal and should stop by it; when it does not,
 * the promise settles all the same, and what comes of it later is dropped.
 *
 * @param signal - Ends it too, with the signal's own reason.
 * @throws {TimeLimitError} after `timeoutMs`; the reason of `signal` when that was aborted, before or meanwhile.
 */
export async function withTimeLimit<T>(
  run: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  // Not `AbortSignal.timeout`: its timer is unreferenced, so a process that only waits for this would end.
  const timer = setTimeout(
    () => controller.abort(new TimeLimitError(timeoutMs)),
    Math.min(timeoutMs, longestTimeoutMs),
  );
  try {
    return await Promise.race([run(controller.signal), aborted(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Rejects with the signal's reason once it is aborted; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const rejectNow = () => reject(signal.reason);
    if (signal.aborted) rejectNow();
    else signal.addEventListener("abort", rejectNow, { once: true });
  });
}
