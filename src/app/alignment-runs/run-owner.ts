import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { AlignmentStatus, RunOwner } from "../../domain/alignment/alignment-status.js";

/**
 * A run that has said nothing for so long is taken for dead: a model call is given up far sooner. After a machine began
 * anew, a process number may be another program's.
 */
const leaseTimeoutMs = 15 * 60_000;

/** This process. */
export const thisProcess: RunOwner = {
  host: hostname(),
  pid: process.pid,
  startedAt: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
};

/**
 * Whether another process still works on a run that its record says is running. What this one works on it knows by
 * itself: the record may say so of a run that is over, where the store was away at its end.
 */
export function isOwnedElsewhere(
  { status, runOwner: worker, at }: AlignmentStatus,
  now: Date,
): boolean {
  if (status !== "running" || worker === null) return false;
  const isOnThisHost = worker.host === thisProcess.host;
  if (isOnThisHost && worker.pid === thisProcess.pid) return false;
  if (isLeaseExpired({ at }, now)) return false;
  if (!isOnThisHost) return true;
  try {
    process.kill(worker.pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isLeaseExpired({ at }: Pick<AlignmentStatus, "at">, now: Date): boolean {
  return now.getTime() - Date.parse(at) >= leaseTimeoutMs;
}

/** Whether a run was begun that nobody goes on with: it was cut off, or its process is gone. */
export function isAbandoned(status: AlignmentStatus, now: Date): boolean {
  if (status.status !== "running" || isOwnedElsewhere(status, now)) return false;
  // Where the store was away at its end, the record of our own run says for ever that it goes on.
  return !isDeepStrictEqual(status.runOwner, thisProcess) || isLeaseExpired(status, now);
}
