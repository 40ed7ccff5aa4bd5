import { setTimeout as delay } from "node:timers/promises";
import { userKey } from "../../domain/user-id.js";
import { processEnds } from "./run-lease.js";

/** The delay of a requested run, here and on a server, so that one run learns from a burst of answers or turns. */
export const requestDelayMs = 5_000;

/** Runs that this process makes in the background of its turns. */
export interface BackgroundScheduler<Settings> {
  /** Returns at once. */
  request(userId: string, settings: Settings): Promise<void>;
  /**
   * Drops the requests that have not started and interrupts the runs; the next turn requests both again. Later requests
   * do nothing. A second call only waits.
   */
  close(): Promise<void>;
}

export interface BackgroundOptions<Settings> {
  readonly run: (
    userId: string,
    options: { readonly settings: Settings; readonly signal: AbortSignal },
  ) => Promise<unknown>;
  /** In milliseconds. */
  readonly delayMs?: number | undefined;
  /** Whether a request while one waits takes its place and waits anew; otherwise it does nothing. */
  readonly isDebounced?: boolean;
}

/** At most one run a user, waiting or running; a request while one runs does nothing. */
export function createBackgroundScheduler<Settings>({
  run,
  delayMs = requestDelayMs,
  isDebounced = false,
}: BackgroundOptions<Settings>): BackgroundScheduler<Settings> {
  const pending = new Map<string, { readonly done: Promise<void>; readonly drop: () => boolean }>();
  const closing = new AbortController();
  return {
    async request(userId, settings) {
      const user = userKey(userId);
      if (closing.signal.aborted) return;
      const earlier = pending.get(user);
      if (earlier !== undefined && !(isDebounced && earlier.drop())) return;
      const request = runLater(userId, settings, () => {
        if (pending.get(user) === request) pending.delete(user);
      });
      pending.set(user, request);
    },
    async close() {
      closing.abort(processEnds);
      await Promise.all(Array.from(pending.values(), ({ done }) => done));
    },
  };

  function runLater(userId: string, settings: Settings, release: () => void) {
    const waiting = new AbortController();
    let isWaiting = true;
    const work = async () => {
      try {
        const signal = AbortSignal.any([closing.signal, waiting.signal]);
        // The timer does not keep a finished script alive.
        await delay(delayMs, undefined, { ref: false, signal });
        isWaiting = false;
        await run(userId, { settings, signal: closing.signal });
      } catch {
        // The record of the user's runs has the error.
      } finally {
        release();
      }
    };
    return {
      done: work(),
      /** Whether it had not begun. */
      drop() {
        waiting.abort();
        return isWaiting;
      },
    };
  }
}
