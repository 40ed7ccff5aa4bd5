import { isDeepStrictEqual } from "node:util";
import { Client, type Run } from "@langchain/langgraph-sdk";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import { userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import { alignmentThreadId } from "./alignment-thread-id.js";
import { alignmentDelayMs } from "./background-scheduler.js";
import { isAbandoned } from "./run-owner.js";

export interface ServerSchedulerDeps {
  readonly alignments: Pick<Memory["alignments"], "get">;
  /** The address of the server that runs this process, unless it binds a `fetch` of its own for us. */
  readonly url: string | undefined;
  readonly log: (line: string) => void;
  readonly now: () => Date;
}

/** How long a server may take to start a due run, and to record the end of one, in milliseconds. */
const settleMs = 5_000;

/**
 * Requests a run of the graph `alignment` from the LangGraph server that runs this process, on the thread of the user's
 * alignments. The server refuses a second run while one waits or runs, so a burst of answers costs one run. A run that a
 * dead server left would make it refuse forever, and is deleted first. An interrupted run is continued if its steps
 * still exist. Failures are logged too.
 */
export function createServerScheduler({ alignments, url, log, now }: ServerSchedulerDeps) {
  const request: RequestAlignment = async (userId, settings) => {
    const { threads, runs } = ownServer(url);
    const threadId = alignmentThreadId(userId);
    await threads.create({
      threadId,
      ifExists: "do_nothing",
      graphId: "alignment",
      metadata: { userId: userKey(userId) },
    });
    const status = await alignments.get(userId);
    const ask = async () =>
      runs
        .create(threadId, "alignment", {
          input: (await canContinue()) ? null : {},
          context: { ...settings, userId },
          multitaskStrategy: "reject",
          afterSeconds: alignmentDelayMs / 1_000,
        })
        .then(() => true, falseIfRefused);
    // Checked for each attempt: the development server deletes a run's checkpoints with the run.
    const canContinue = async () => {
      if (!isAbandoned(status, now()) || status.threadId !== threadId) return false;
      if (!isDeepStrictEqual(status.settings, settings)) return false;
      return (await threads.getState(threadId)).next.length > 0;
    };
    if (await ask()) return;
    const running = await runs.list(threadId, { status: "running" });
    const dead = running.filter((run) => isDead(run, status, now()));
    for (const { run_id: id } of dead) await runs.delete(threadId, id);
    if (dead.length > 0) await ask();
  };
  return async (...parameters: Parameters<RequestAlignment>): Promise<void> => {
    try {
      await request(...parameters);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`The alignment could not be requested: ${reason}`);
      throw error;
    }
  };
}

/** Most servers bind a `fetch` of their own, which the client finds by itself and which needs no network. */
function ownServer(url: string | undefined): Client {
  const isBound = ["fetch", "url"].some(
    (name) => Symbol.for(`langgraph_api:${name}`) in globalThis,
  );
  if (!isBound && url === undefined)
    throw new TypeError("LANGGRAPH_API_URL is not set; expected the server's address. Set it.");
  return new Client({
    ...(!isBound && url !== undefined && { apiUrl: url }),
    // A turn waits for the answer.
    timeoutMs: 10_000,
    callerOptions: { maxRetries: 0 },
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
