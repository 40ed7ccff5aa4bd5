import { setTimeout as delay } from "node:timers/promises";
import { userKey } from "../../domain/user-id.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import type { Aligner } from "./aligner.js";
import { processEnds } from "./run-lease.js";

/** The delay of a requested alignment, here and on a server, so that one run learns from a burst of answers. */
export const alignmentDelayMs = 5_000;

/** Alignments that this process runs in the background of its turns. */
export interface BackgroundScheduler {
  readonly request: RequestAlignment;
  /**
   * Drops the requests that have not started and interrupts the runs; the next turn requests both again. Later requests
   * do nothing. A second call only waits.
   */
  close(): Promise<void>;
}

/** At most one alignment a user, waiting or running; further requests do nothing. */
export function createBackgroundScheduler({
  align,
  delayMs = alignmentDelayMs,
}: {
  readonly align: Aligner["align"];
  readonly delayMs?: number | undefined;
}): BackgroundScheduler {
  const pending = new Map<string, Promise<void>>();
  const closing = new AbortController();
  return {
    async request(userId, settings) {
      const user = userKey(userId);
      if (closing.signal.aborted || pending.has(user)) return;
      const run = alignLater(userId, settings).finally(() => pending.delete(user));
      pending.set(user, run);
    },
    async close() {
      closing.abort(processEnds);
      await Promise.all(pending.values());
    },
  };

  async function alignLater(...[userId, settings]: Parameters<RequestAlignment>): Promise<void> {
    const { signal } = closing;
    try {
      // The timer does not keep a finished script alive.
      await delay(delayMs, undefined, { ref: false, signal });
      await align(userId, { settings, signal });
    } catch {
      // The record of the user's alignment has the error.
    }
  }
}
