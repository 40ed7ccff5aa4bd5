import { isDeepStrictEqual } from "node:util";
import { Client, type Run } from "@langchain/langgraph-sdk";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import { userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { RequestAlignment } from "../../nodes/agent/schedule-alignment.js";
import { alignmentThreadId } from "./thread-id.js";
import { alignmentDelayMs } from "./background-scheduler.js";
import { isAbandoned } from "./run-owner.js";

export interface ServerSchedulerDeps {
  readonly alignments: Pick<Memory["alignments"], "get">;
  /** The server that runs us, where it does not bind its own `fetch` for code that runs in it. */
  readonly url: string | undefined;
  readonly log: (line: string) => void;
  readonly now: () => Date;
}

/** What a server may take to begin a run that is due, and to write down that one has ended. */
const settleMs = 5_000;

/**
 * Asks the LangGraph server that runs us for a run of its graph `alignment`, on the one thread of the user's alignments.
 * The server refuses a second run while one waits or goes on, which is what makes a burst of answers cost one; a run
 * that a dead server left behind would make it refuse for ever, and is deleted first. What was cut off goes on where
 * its steps are still there. Says a failure in the log too.
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
          input: (await goesOn()) ? null : {},
          context: { ...settings, userId },
          multitaskStrategy: "reject",
          afterSeconds: alignmentDelayMs / 1_000,
        })
        .then(() => true, whetherRefused);
    // Asked before each: the development server deletes a run's checkpoints with the run, and then nothing is left to
    // go on with.
    const goesOn = async () => {
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
  return async (...asked: Parameters<RequestAlignment>): Promise<void> => {
    try {
      await request(...asked);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`No alignment could be asked for: ${reason}`);
      throw error;
    }
  };
}

/** Most servers bind a `fetch` of their own for us, which the client finds by itself; there is no network in between. */
function ownServer(url: string | undefined): Client {
  const isBound = ["fetch", "url"].some(
    (name) => Symbol.for(`langgraph_api:${name}`) in globalThis,
  );
  if (!isBound && url === undefined)
    throw new TypeError("The server that runs this process does not say where it is.");
  return new Client({
    ...(!isBound && url !== undefined && { apiUrl: url }),
    // A turn waits for it.
    timeoutMs: 10_000,
    callerOptions: { maxRetries: 0 },
  });
}

/** @returns False for the refusal of a second run; other errors are thrown on. */
function whetherRefused(error: unknown): false {
  if ((error as { readonly status?: unknown }).status === 422) return false;
  throw error;
}

/** Whether nobody works on what the server calls running. */
function isDead(run: Run, status: AlignmentStatus, now: Date): boolean {
  // Between the server and the record there is a moment when a run begins, and when it ends.
  const isSettled = (at: string) => now.getTime() - Date.parse(at) > settleMs;
  if (!isSettled(run.created_at)) return false;
  return status.status === "running" ? isAbandoned(status, now) : isSettled(status.at);
}
