import { setTimeout as sleep } from "node:timers/promises";
import { PersonaAgentError } from "../errors.js";

export interface ResilientFetchOptions {
  /** Longest silence, in milliseconds: until an answer begins, and between two pieces of it. */
  readonly timeoutMs: number;
  /** Longest one call may take, in milliseconds: every try, every wait and the whole answer. */
  readonly callTimeoutMs: number;
  /** Most tries after the first. */
  readonly maxRetries: number;
  /** Longest wait before a try, in milliseconds; a server that asks for more has refused. */
  readonly maxRetryWaitMs: number;
  /** Wait before the first retry where the server names none, in milliseconds; doubled each time. */
  readonly backoffMs: number;
  /** Blotted out wherever a refusal repeats it. */
  readonly apiKey: string | undefined;
  /** Milliseconds since 1970; for a `retry-after` that is a date. */
  readonly now: () => number;
}

/**
 * A `fetch` for model clients that cannot hang and retries the way the server asks.
 *
 * The clients' own limits leave gaps: their timeout ends with the headers, so a stream may stall for ever;
 * LangChain waits at least a second before any retry, gives up on a 429 without `retry-after`, and sleeps
 * through an abort; OpenAI's client waits as long as `retry-after` says, however long. So theirs are switched
 * off. Tried again: no connection, 408, 429 and 5xx, before any of the answer was read. Never: a time limit.
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
      const isLast = attempt >= options.maxRetries || waitMs > options.maxRetryWaitMs;
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

/** What the server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfterMs(headers: Headers, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const text = headers.get("retry-after") ?? "";
  if (/^\s*\d/.test(text)) return Number.parseFloat(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Read whole, so that no later error, log or trace can hold a key that the server repeats in it. */
async function refusal(response: Response, watch: Watch, { apiKey }: ResilientFetchOptions) {
  watch.listen();
  const text = await response.text();
  watch.end();
  const clean = apiKey === undefined || apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
  return new Response(clean, { status: response.status, headers: response.headers });
}

/** The same answer, under the time limits until its last piece was read. */
function watched(response: Response, watch: Watch): Response {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    watch.end();
    return response;
  }
  const body = new ReadableStream<Uint8Array>({
    // The limit runs only while a piece is awaited: a slow reader is not a silent server.
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
  readonly #options: ResilientFetchOptions;
  readonly #caller: AbortSignal | undefined;
  readonly #whole: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;

  constructor(options: ResilientFetchOptions, caller: AbortSignal | undefined) {
    this.#options = options;
    this.#caller = caller;
    this.#whole = setTimeout(
      () => this.#giveUp(`did not finish within ${seconds(options.callTimeoutMs)}`),
      options.callTimeoutMs,
    );
    if (caller?.aborted === true) this.#onAbort();
    caller?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on the server owes a sign of life. */
  listen() {
    this.rest();
    this.#silence = setTimeout(
      () => this.#giveUp(`was silent for ${seconds(this.#options.timeoutMs)}`),
      this.#options.timeoutMs,
    );
  }

  /** It gave one, or nothing is awaited. */
  rest() {
    clearTimeout(this.#silence);
  }

  end() {
    this.rest();
    clearTimeout(this.#whole);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => this.#abort.abort(this.#caller?.reason);

  // Not an abort error: OpenAI's client takes one inside a stream for the caller's own wish and ends the
  // stream as if the answer were complete.
  #giveUp(what: string) {
    this.#abort.abort(
      new PersonaAgentError(
        "model-unavailable",
        `The model ${what}; expected an answer. Check the model server, or raise the time limit.`,
      ),
    );
  }
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`;
}
