import { setTimeout as delay } from "node:timers/promises";
import { userKey } from "../../domain/user-id.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import type { Aligner } from "./aligner.js";
import { processEnds } from "./run-lease.js";

/** How long an alignment that was asked for waits, here and on a server: a burst of answers is learned from at once. */
export const alignmentDelayMs = 5_000;

/** Alignments that this process runs beside the turns that ask for them. */
export interface BackgroundScheduler {
  readonly request: RequestAlignment;
  /**
   * Drops what was asked for and has not begun, and cuts off what runs; the next turn asks for both again. Nothing is
   * taken after that. A second call only waits.
   */
  close(): Promise<void>;
}

/** At most one alignment a user, waiting or running; what is asked meanwhile costs nothing. */
export function createBackgroundScheduler({
  align,
  delayMs = alignmentDelayMs,
}: {
  readonly align: Aligner["align"];
  readonly delayMs?: number | undefined;
}): BackgroundScheduler {
  const underWay = new Map<string, Promise<void>>();
  const closing = new AbortController();
  return {
    async request(userId, settings) {
      const user = userKey(userId);
      if (closing.signal.aborted || underWay.has(user)) return;
      const run = alignLater(userId, settings).finally(() => underWay.delete(user));
      underWay.set(user, run);
    },
    async close() {
      closing.abort(processEnds);
      await Promise.all(underWay.values());
    },
  };

  async function alignLater(...[userId, settings]: Parameters<RequestAlignment>): Promise<void> {
    const { signal } = closing;
    try {
      // A script that is done does not wait for it.
      await delay(delayMs, undefined, { ref: false, signal });
      await align(userId, { settings, signal });
    } catch {
      // How it went is in the record of the user's alignment, which whoever ran it keeps.
    }
  }
}
