import { setTimeout as delay } from "node:timers/promises";
import { PersonaAgentError, recordedError } from "../../system/errors.js";
import type { PersonaAgent } from "../persona-agent.js";
import { secondsFrom } from "../seconds-from.js";
import { mostRunning } from "./background-scheduler.js";
import { jobKinds, type JobQueue, type TakenJob } from "./job-queue.js";
import { processEnds } from "./run-lease.js";

export interface WorkOptions {
  /** Most jobs at a time in this process; 4 unless given. */
  readonly concurrency?: number;
  /** Ends the work: jobs that are under way are interrupted, and go back to the queue. */
  readonly signal: AbortSignal;
  /** Is told of each job that was done, and of what failed, a line each. */
  readonly log: (line: string) => void;
  /** How often an idle queue is looked at, and how often the jobs of ended workers are, in milliseconds. */
  readonly pollMs?: number;
  readonly recoverMs?: number;
}

/** The work that a job is of. */
export type WorkingAgent = Pick<PersonaAgent, "align" | "reflect" | "status">;

/** Does jobs of a queue until the signal. Goes on after failures of the database. */
export async function workOnJobs(
  queue: JobQueue,
  agent: WorkingAgent,
  { concurrency = mostRunning, signal, log, pollMs = 2_000, recoverMs = 10_000 }: WorkOptions,
): Promise<void> {
  const interrupted = new AbortController();
  const stop = () => interrupted.abort(processEnds);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
  let lastRecovery = 0;

  const recover = async () => {
    if (Date.now() - lastRecovery < recoverMs) return;
    lastRecovery = Date.now();
    const recovered = await queue.recover();
    if (recovered > 0)
      log(`Back from ended workers: ${recovered} ${recovered === 1 ? "job" : "jobs"}.`);
  };
  const loop = async (first: number) => {
    for (let turn = first; !signal.aborted; turn += 1) {
      try {
        await recover();
        // Each loop begins with another kind, so that neither waits for the other.
        const kinds = turn % 2 === 0 ? jobKinds : jobKinds.toReversed();
        let taken: TakenJob | null = null;
        for (const kind of kinds) taken ??= await queue.take(kind);
        if (taken === null) await pause(pollMs);
        // What this process has just put back, perhaps.
        else if (signal.aborted) await taken.putBack(0);
        else await work(taken);
      } catch (error) {
        log(`The job queue cannot be reached: ${recordedError(error).message}`);
        await pause(pollMs);
      }
    }
  };

  async function work(job: TakenJob): Promise<void> {
    const start = performance.now();
    let end: () => Promise<void>;
    try {
      const outcome = await doJob(job, agent, interrupted.signal);
      end = outcome === "done" ? () => job.complete() : () => job.putBack(outcome);
      if (outcome === "done")
        log(`${job.kind} of ${JSON.stringify(job.userId)} in ${secondsFrom(start).toFixed(1)} s`);
    } catch (error) {
      end = interrupted.signal.aborted ? () => job.putBack(0) : () => job.fail(error);
      if (!interrupted.signal.aborted)
        log(
          `${job.kind} of ${JSON.stringify(job.userId)} failed, try ${job.retries + 1}: ${recordedError(error).message}`,
        );
    }
    await untilStored(end);
  }

  /** A result is not lost because the database restarts just then. */
  async function untilStored(end: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await end();
      } catch (error) {
        if (attempt === storeAttempts) throw error;
        await delay(attempt * 500);
      }
  }

  await Promise.all(Array.from({ length: concurrency }, (_, place) => loop(place)));
  signal.removeEventListener("abort", stop);
}

const storeAttempts = 10;
/** Until a run that another process makes is looked at again. */
const runElsewhereSeconds = 30;

/** @returns `done`, or after how many seconds the job is to be looked at again. */
async function doJob(
  { kind, userId, settings }: TakenJob,
  agent: WorkingAgent,
  signal: AbortSignal,
): Promise<"done" | number> {
  if (kind === "reflection") {
    await agent.reflect(userId, { settings, signal }).catch(unlessErased);
    return "done";
  }
  // Requests come faster than runs end: an earlier job may have seen all answers already.
  const { status, newAnswers } = await agent.status(userId);
  if (status === "review" || (newAnswers === 0 && status !== "cut-off")) return "done";
  try {
    await agent.align(userId, { settings, signal });
    return "done";
  } catch (error) {
    if (PersonaAgentError.is(error, "memory-review-pending")) return "done";
    if (PersonaAgentError.is(error, "memory-user-erased")) return "done";
    if (PersonaAgentError.is(error, "memory-alignment-running")) return runElsewhereSeconds;
    if (PersonaAgentError.is(error, "memory-alignment-outdated")) return 1;
    throw error;
  }
}

/** There is nothing left to work on. */
function unlessErased(error: unknown): void {
  if (!PersonaAgentError.is(error, "memory-user-erased")) throw error;
}
