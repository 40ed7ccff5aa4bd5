import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { AlignmentStatus, RunOwner } from "../../domain/alignment/alignment-status.js";

/** Milliseconds without a heartbeat until a run counts as dead: its process id may be reused. */
const leaseTimeoutMs = 15 * 60_000;

/** This process. */
export const thisProcess: RunOwner = {
  host: hostname(),
  pid: process.pid,
  startedAt: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
};

/**
 * Whether another process still works on a running alignment. This process knows its own runs: the record may show one
 * as running that is over, if the store was unavailable at its end.
 */
export function isOwnedElsewhere(status: AlignmentStatus, now: Date): boolean {
  const { runOwner } = status;
  if (status.status !== "running" || runOwner === null) return false;
  const isOnThisHost = runOwner.host === thisProcess.host;
  if (isOnThisHost && runOwner.pid === thisProcess.pid) return false;
  if (isLeaseExpired(status, now)) return false;
  if (!isOnThisHost) return true;
  try {
    process.kill(runOwner.pid, 0);
    return true;
  } catch (error) {
    // It exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isLeaseExpired({ at }: Pick<AlignmentStatus, "at">, now: Date): boolean {
  return now.getTime() - Date.parse(at) >= leaseTimeoutMs;
}

/** Whether a run was started and no process works on it: it was interrupted, or its process has ended. */
export function isAbandoned(status: AlignmentStatus, now: Date): boolean {
  if (status.status !== "running" || isOwnedElsewhere(status, now)) return false;
  // If the store was unavailable at the end of our own run, its record stays at `running`.
  return !isDeepStrictEqual(status.runOwner, thisProcess) || isLeaseExpired(status, now);
}
