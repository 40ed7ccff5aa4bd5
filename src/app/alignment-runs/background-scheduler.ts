import { userKey } from "../../domain/user-id.js";
import { processEnds } from "./run-lease.js";

/** The delay of a requested run, here and on a server, so that one run learns from a burst of answers or turns. */
export const requestDelayMs = 5_000;

/** Runs of one process. More would take it from the turns, and the model's server from all. */
export const mostRunning = 4;

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

/** At most one run a user, waiting or running, and four of all users at once; a request while one runs does nothing. */
export function createBackgroundScheduler<Settings>({
  run,
  delayMs = requestDelayMs,
  isDebounced = false,
}: BackgroundOptions<Settings>): BackgroundScheduler<Settings> {
  const waiting = new Map<string, NodeJS.Timeout>();
  /** Whose time has come, while others run; the first is next. */
  const ready = new Map<string, () => Promise<unknown>>();
  const running = new Map<string, Promise<void>>();
  const closing = new AbortController();
  const { signal } = closing;
  return {
    async request(userId, settings) {
      const user = userKey(userId);
      if (signal.aborted || running.has(user) || (isRequested(user) && !isDebounced)) return;
      drop(user);
      const begin = () => {
        waiting.delete(user);
        ready.set(user, () => run(userId, { settings, signal }));
        startNext();
      };
      // The timer does not keep a finished script alive.
      waiting.set(user, setTimeout(begin, delayMs).unref());
    },
    async settled(userId) {
      const user = userKey(userId);
      drop(user);
      await running.get(user);
    },
    async close() {
      closing.abort(processEnds);
      for (const user of [...waiting.keys(), ...ready.keys()]) drop(user);
      await Promise.all(running.values());
    },
  };

  function isRequested(user: string): boolean {
    return waiting.has(user) || ready.has(user);
  }

  function drop(user: string): void {
    clearTimeout(waiting.get(user));
    waiting.delete(user);
    ready.delete(user);
  }

  function startNext(): void {
    const [next] = ready;
    if (next === undefined || running.size >= mostRunning) return;
    const [user, begin] = next;
    ready.delete(user);
    const end = () => {
      running.delete(user);
      startNext();
    };
    // The record of the user's runs has the error.
    running.set(user, begin().then(end, end));
  }
}
