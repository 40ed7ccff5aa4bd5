import { setTimeout as sleep } from "node:timers/promises";
import { PersonaAgentError } from "../system/errors.js";

/** Times in milliseconds. */
export interface RequestLimits {
  /** Longest silence: until an answer begins, and between two pieces of it. */
  readonly timeoutMs: number;
  /** Longest that one call may take: all tries, waits and the whole answer. */
  readonly callTimeoutMs: number;
  /** Most tries after the first, for a call without a connection or with status 408, 429 or 5xx. */
  readonly maxRetries: number;
  /** Wait before the first retry if the server names none; doubled each time. */
  readonly backoffMs: number;
  /** The present, since 1970; for a `retry-after` that is a date. */
  readonly now: () => number;
}

interface ResilientFetchOptions extends RequestLimits {
  /** Blotted out wherever an error of the server repeats it. */
  readonly apiKey: string | undefined;
}

/** Longest wait before a try, in milliseconds; a server that asks for more has refused. */
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
export function createResilientFetch(options: ResilientFetchOptions): typeof fetch {
  return async function modelFetch(input, init) {
    const watch = new Watch(options, init?.signal ?? undefined);
    try {
      return await answer(input, { ...init, signal: watch.signal }, watch, options);
    } catch (error) {
      watch.end();
      throw error;
    }
  };
}

async function answer(
  input: Parameters<typeof fetch>[0],
  init: RequestInit & { signal: AbortSignal },
  watch: Watch,
  options: ResilientFetchOptions,
): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    let waitMs = options.backoffMs * 2 ** attempt;
    try {
      watch.listen();
      const response = await fetch(input, init);
      watch.rest();
      if (response.ok) return watched(response, watch);
      waitMs = retryAfterMs(response.headers, options.now()) ?? waitMs;
      const isLast = attempt >= options.maxRetries || waitMs > maxRetryWaitMs;
      if (isLast || !isWorthRetrying(response)) return await refusal(response, watch, options);
      await response.body?.cancel();
    } catch (error) {
      if (init.signal.aborted || attempt >= options.maxRetries) throw error;
    }
    watch.rest();
    await sleep(waitMs, undefined, { signal: init.signal }).catch(() =>
      init.signal.throwIfAborted(),
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
  if (/^\s*\d/.test(text)) return Number.parseFloat(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Read whole, so that no later error, log or trace can hold a key that the server repeats. */
async function refusal(response: Response, watch: Watch, { apiKey }: ResilientFetchOptions) {
  watch.listen();
  const text = await response.text();
  watch.end();
  const clean = apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
  return new Response(clean, { status: response.status, headers: response.headers });
}

/** The same answer, under the time limits until its last piece is read. */
function watched(response: Response, watch: Watch): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    watch.end();
    return response;
  }
  const body = new ReadableStream<Uint8Array>({
    // The limit runs only while a piece is awaited: a slow reader does not make the server silent.
    async pull(controller) {
      watch.listen();
      try {
        const piece = await reader.read();
        watch.rest();
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

/** The time limits of one call, joined with the caller's signal. */
class Watch {
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal | undefined;
  readonly #whole: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  readonly signal = this.#abort.signal;

  constructor({ timeoutMs, callTimeoutMs }: RequestLimits, caller: AbortSignal | undefined) {
    this.#timeoutMs = timeoutMs;
    this.#caller = caller;
    this.#whole = this.#giveUpAfter(callTimeoutMs, "did not finish within");
    if (caller?.aborted === true) this.#onAbort();
    caller?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The limit of silence runs from now on. */
  listen() {
    this.rest();
    this.#silence = this.#giveUpAfter(this.#timeoutMs, "was silent for");
  }

  /** The server has answered, or nothing is awaited. */
  rest() {
    clearTimeout(this.#silence);
  }

  end() {
    this.rest();
    clearTimeout(this.#whole);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => this.#abort.abort(this.#caller?.reason);

  // Not an abort error: inside a stream, OpenAI's client takes that for the caller's wish and ends the stream as if the
  // answer were complete.
  #giveUpAfter(limitMs: number, what: string): NodeJS.Timeout {
    const message = `The model ${what} ${limitMs / 1_000} s; expected an answer. Check the model server, or raise the time limit.`;
    return setTimeout(
      () => this.#abort.abort(new PersonaAgentError("model-unavailable", message)),
      limitMs,
    );
  }
}
