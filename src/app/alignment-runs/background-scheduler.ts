import { userKey } from "../../domain/user-id.js";
import { processEnds } from "./run-lease.js";

/** The delay of a requested run, here and on a server, so that one run learns from a burst of answers or turns. */
export const requestDelayMs = 5_000;

/** Runs that this process makes in the background of its turns. */
export interface BackgroundScheduler<Settings> {
  /** Returns at once. */
  request(userId: string, settings: Settings): Promise<void>;
  /** Drops the user's request that has not started, and waits for the end of the run that has. */
  settled(userId: string): Promise<void>;
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
  const waiting = new Map<string, NodeJS.Timeout>();
  const running = new Map<string, Promise<void>>();
  const closing = new AbortController();
  const { signal } = closing;
  return {
    async request(userId, settings) {
      const user = userKey(userId);
      const earlier = waiting.get(user);
      if (signal.aborted || running.has(user) || (earlier !== undefined && !isDebounced)) return;
      clearTimeout(earlier);
      // The timer does not keep a finished script alive.
      const timer = setTimeout(() => start(user, userId, settings), delayMs).unref();
      waiting.set(user, timer);
    },
    async settled(userId) {
      const user = userKey(userId);
      clearTimeout(waiting.get(user));
      waiting.delete(user);
      await running.get(user);
    },
    async close() {
      closing.abort(processEnds);
      for (const timer of waiting.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };

  function start(user: string, userId: string, settings: Settings): void {
    waiting.delete(user);
    const end = () => void running.delete(user);
    // The record of the user's runs has the error.
    running.set(user, run(userId, { settings, signal }).then(end, end));
  }
}
