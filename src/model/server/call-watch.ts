import { PersonaAgentError } from "../../system/errors.js";

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
  /** Names of the settings to raise, for the error of a time limit. */
  readonly limitNames: { readonly timeout: string; readonly callTimeout: string };
}

/** The time limits of one call, joined with the caller's signal. */
export class CallWatch {
  readonly #abort = new AbortController();
  readonly #timeoutMs: number;
  readonly #caller: AbortSignal | undefined;
  readonly #whole: NodeJS.Timeout;
  readonly #limitNames: RequestLimits["limitNames"];
  #silence: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal = this.#abort.signal;

  constructor(
    { timeoutMs, callTimeoutMs, limitNames }: RequestLimits,
    caller: AbortSignal | undefined,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#limitNames = limitNames;
    this.#caller = caller;
    this.#whole = this.#giveUpAfter(callTimeoutMs, "did not finish within", limitNames.callTimeout);
    if (caller?.aborted === true) this.#onAbort();
    caller?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The limit of silence runs from now on. */
  listen() {
    this.rest();
    this.#silence = this.#giveUpAfter(this.#timeoutMs, "was silent for", this.#limitNames.timeout);
  }

  /** The server has answered, or nothing is awaited. */
  rest() {
    clearTimeout(this.#silence);
  }

  /** The same body, under the limit of silence while a piece is awaited: a slow reader does not make the server silent. */
  readonly listenTo = (body: ReadableStream<Uint8Array> | null) => {
    this.rest();
    const reader = body?.getReader();
    if (reader === undefined) return null;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          this.listen();
          const piece = await reader.read().finally(() => this.signal.throwIfAborted());
          this.rest();
          if (piece.done) controller.close();
          else controller.enqueue(piece.value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  };

  end() {
    this.rest();
    clearTimeout(this.#whole);
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = () => this.#abort.abort(this.#caller?.reason);

  #giveUpAfter(limitMs: number, what: string, setting: string): NodeJS.Timeout {
    const message = `The model ${what} ${limitMs / 1_000} s; expected an answer. Check the model server, or raise ${setting}.`;
    return setTimeout(
      () => this.#abort.abort(buried(new PersonaAgentError("model-unavailable", message))),
      limitMs,
    );
  }
}

/**
 * The error, two causes deep. OpenAI's client replaces an error that speaks of a timeout, also in its cause, by its own
 * without a reason. And it is no abort error: inside a stream, the client takes that for the caller's wish, and ends the
 * stream as if the answer were complete.
 */
function buried(error: PersonaAgentError): Error {
  return new Error("The call was given up.", { cause: new Error("A limit.", { cause: error }) });
}
