import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { AlignmentStatus, Worker } from "../../domain/alignment/alignment-status.js";

/**
 * A run that has said nothing for so long is taken for dead: a model call is given up far sooner. After a machine began
 * anew, a process number may be another program's.
 */
const silenceMs = 15 * 60_000;

/** This process. */
export const thisWorker: Worker = {
  host: hostname(),
  pid: process.pid,
  startedAt: new Date(Date.now() - process.uptime() * 1_000).toISOString(),
};

/**
 * Whether another process still works on a run that its record says is running. What this one works on it knows by
 * itself: the record may say so of a run that is over, where the store was away at its end.
 */
export function isAliveElsewhere({ status, worker, at }: AlignmentStatus, now: Date): boolean {
  if (status !== "running" || worker === null) return false;
  const isOnThisHost = worker.host === thisWorker.host;
  if (isOnThisHost && worker.pid === thisWorker.pid) return false;
  if (isSilent({ at }, now)) return false;
  if (!isOnThisHost) return true;
  try {
    process.kill(worker.pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function isSilent({ at }: Pick<AlignmentStatus, "at">, now: Date): boolean {
  return now.getTime() - Date.parse(at) >= silenceMs;
}

/** Whether a run was begun that nobody goes on with: it was cut off, or its process is gone. */
export function isAbandoned(status: AlignmentStatus, now: Date): boolean {
  if (status.status !== "running" || isAliveElsewhere(status, now)) return false;
  // Where the store was away at its end, the record of our own run says for ever that it goes on.
  return !isDeepStrictEqual(status.worker, thisWorker) || isSilent(status, now);
}
