import { setTimeout as sleep } from "node:timers/promises";
import { CallWatch, type RequestLimits } from "./call-watch.js";

/**
 * One try: sends the request and reads the response, at least until the answer begins.
 *
 * @param listenTo - Puts a body under the limit of silence.
 */
export type Exchange = (
  input: string,
  init: RequestInit & { readonly signal: AbortSignal },
  listenTo: (body: ReadableStream<Uint8Array> | null) => ReadableStream<Uint8Array> | null,
) => Promise<Response>;

/** Longest wait before a try, in milliseconds; ours grow up to it, and a server that asks for more has refused. */
const maxRetryWaitMs = 60_000;

/**
 * A `fetch` for model clients that cannot hang, and that retries as the server asks.
 *
 * The clients' own limits have gaps, so they are switched off. Their timeout ends with the headers, so a stream may
 * stall for ever; LangChain waits at least a second before any retry, gives up on a 429 without `retry-after`, and
 * sleeps through an abort; OpenAI's client waits as long as `retry-after` says. Tried again: no connection, 408, 429 and
 * 5xx, before any of the answer was read. Never: a time limit. Not undici's `RetryAgent`: it needs a second undici
 * beside Node's own, knows neither `retry-after-ms` nor `x-should-retry`, and has no limit for the whole call.
 */
export function createResilientFetch(limits: RequestLimits, exchange: Exchange): typeof fetch {
  return async function modelFetch(input, init) {
    const watch = new CallWatch(limits, init?.signal ?? undefined);
    try {
      const url = input instanceof Request ? input.url : String(input);
      const request = { ...init, signal: watch.signal };
      return ending(
        await answer(() => exchange(url, request, watch.listenTo), watch, limits),
        watch,
      );
    } catch (error) {
      watch.end();
      throw error;
    }
  };
}

async function answer(
  attempt: () => Promise<Response>,
  watch: CallWatch,
  limits: RequestLimits,
): Promise<Response> {
  for (let tries = 0; ; tries++) {
    let waitMs = Math.min(limits.backoffMs * 2 ** tries, maxRetryWaitMs);
    try {
      watch.listen();
      const response = await attempt();
      if (response.ok) return response;
      waitMs = retryAfterMs(response.headers, limits.now()) ?? waitMs;
      const isLast = tries >= limits.maxRetries || waitMs > maxRetryWaitMs;
      if (isLast || !isWorthRetrying(response)) return response;
    } catch (error) {
      // Some clients lose the reason.
      watch.signal.throwIfAborted();
      if (tries >= limits.maxRetries) throw error;
    }
    watch.rest();
    await sleep(waitMs, undefined, { signal: watch.signal }).catch(() =>
      watch.signal.throwIfAborted(),
    );
  }
}

function isWorthRetrying({ status, headers }: Response): boolean {
  if (headers.get("x-should-retry") === "false") return false;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** The wait that the server asks for: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfterMs(headers: Headers, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const text = headers.get("retry-after") ?? "";
  const [, count, unit] = /^\s*([\d.]+)\s*(ms|s)?\s*$/.exec(text) ?? [];
  if (count !== undefined) return Number.parseFloat(count) * (unit === "ms" ? 1 : 1_000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The same answer; the call's time ends with its last piece. */
function ending(response: Response, watch: CallWatch): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    watch.end();
    return response;
  }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await reader.read();
        if (!piece.done) return controller.enqueue(piece.value);
        watch.end();
        controller.close();
      } catch (error) {
        watch.end();
        throw error;
      }
    },
    cancel(reason) {
      watch.end();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
