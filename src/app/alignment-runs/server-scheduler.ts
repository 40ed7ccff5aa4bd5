import { isDeepStrictEqual } from "node:util";
import type { Run } from "@langchain/langgraph-sdk";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import { isOutdated } from "../../domain/forgetting/outdated-run.js";
import type { Memory } from "../../memory/memory.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import { alignmentThreadId } from "./run-thread-id.js";
import { requestDelayMs } from "./background-scheduler.js";
import { isAbandoned } from "./run-owner.js";
import { serverRequest, type ServerRequestDeps } from "./server-request.js";

export interface ServerSchedulerDeps extends ServerRequestDeps {
  readonly alignments: Pick<Memory["alignments"], "get">;
  readonly episodes: Pick<Memory["episodes"], "withdrawals">;
  readonly now: () => Date;
}

/** How long a server may take to start a due run, and to record the end of one, in milliseconds. */
const settleMs = 5_000;

/**
 * Requests a run of the graph `alignment` from the LangGraph server that runs this process, on the thread of the user's
 * alignments. The server refuses a second run while one waits or runs, so a burst of answers costs one run. A run that a
 * dead server left would make it refuse forever, and is deleted first. An interrupted run is continued if its steps
 * still exist and nothing that it read was deleted or corrected since. Failures are logged too.
 */
export function createServerScheduler({
  alignments,
  episodes,
  now,
  ...server
}: ServerSchedulerDeps): RequestAlignment {
  return serverRequest("alignment", alignmentThreadId, server, async (place, userId, settings) => {
    const { threads, runs, threadId } = place;
    const status = await alignments.get(userId);
    const ask = async () =>
      runs
        .create(threadId, "alignment", {
          input: (await canContinue()) ? null : {},
          context: { ...settings, userId },
          multitaskStrategy: "reject",
          afterSeconds: requestDelayMs / 1_000,
        })
        .then(() => true, falseIfRefused);
    // Checked for each attempt: the development server deletes a run's checkpoints with the run.
    const canContinue = async () => {
      if (!isAbandoned(status, now()) || status.threadId !== threadId) return false;
      if (!isDeepStrictEqual(status.settings, settings)) return false;
      const { values, next } = await threads.getState<AlignmentState>(threadId);
      return next.length > 0 && !isOutdated(values, await episodes.withdrawals(userId));
    };
    if (await ask()) return;
    const running = await runs.list(threadId, { status: "running" });
    const dead = running.filter((run) => isDead(run, status, now()));
    for (const { run_id: id } of dead) await runs.delete(threadId, id);
    if (dead.length > 0) await ask();
  });
}

/** @returns False for the refusal of a second run. Throws other errors. */
function falseIfRefused(error: unknown): false {
  if ((error as { readonly status?: unknown }).status === 422) return false;
  throw error;
}

/** Whether no process works on a run that the server lists as running. */
function isDead(run: Run, status: AlignmentStatus, now: Date): boolean {
  // At the start and the end of a run, the server and the record differ for a moment.
  const isSettled = (at: string) => now.getTime() - Date.parse(at) > settleMs;
  if (!isSettled(run.created_at)) return false;
  return status.status === "running" ? isAbandoned(status, now) : isSettled(status.at);
}
