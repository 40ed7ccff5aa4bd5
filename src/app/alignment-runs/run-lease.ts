import type { AlignContext } from "../../config/alignment-settings.js";
import type { AlignmentStatus, RunOwner } from "../../domain/alignment/alignment-status.js";
import { userKey } from "../../domain/user-id.js";
import { PersonaAgentError, recordedError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import { isOwnedElsewhere, thisProcess } from "./run-owner.js";

export interface RunLeaseDeps {
  readonly alignments: Memory["alignments"];
  /** By key, the users whose alignment runs in this process, in any graph, and what stops the run. */
  readonly active: Map<string, AbortController>;
  readonly now: () => Date;
}

/** A run to be recorded. */
interface LeasedRun {
  readonly threadId: unknown;
  readonly context: AlignContext | undefined;
  /** Whether it continues an earlier run. */
  readonly isResumed: boolean;
}

/**
 * The reason of an abort after which the next call, or the next turn, continues the run. The record then looks as after
 * a crash: `running`, without an owner.
 */
export const processEnds = new DOMException("The process ends.", "AbortError");

/** The reason when the user deletes an interaction that the run may have read; the next call, or turn, begins a new run. */
export const interactionDeleted = new PersonaAgentError(
  "memory-alignment-outdated",
  "An interaction was deleted while the alignment ran, which may have read it; nothing was taken. Align again: it begins anew.",
);

/** The reason when a caller stops reading a run's stream. */
export const readerLeft = new DOMException("The run was stopped.", "AbortError");

/** The lease of each user's alignment: one run a user, with its status in the user's record. */
export function createRunLease({ alignments, active, now }: RunLeaseDeps) {
  /** The end of a run. A run that is to be continued keeps its status. */
  async function release(
    userId: string,
    end: Pick<AlignmentStatus, "status" | "error"> | "continues",
  ): Promise<void> {
    active.delete(userKey(userId));
    const change = end === "continues" ? {} : { ...end, at: now().toISOString() };
    await alignments.update(userId, { ...change, runOwner: null });
  }

  return {
    /**
     * @returns What stops the run.
     * @throws {PersonaAgentError} `memory-alignment-running`, `memory-review-pending`, `memory-store-unavailable`.
     */
    async acquire(
      userId: string,
      { threadId, context, isResumed }: LeasedRun,
    ): Promise<AbortSignal> {
      const user = userKey(userId);
      if (active.has(user)) throw secondRun(userId, thisProcess);
      // Before the first await, or two runs that start at the same time would both pass.
      const stop = new AbortController();
      active.set(user, stop);
      try {
        const status = await alignments.get(userId);
        if (isOwnedElsewhere(status, now())) throw secondRun(userId, status.runOwner);
        if (status.status === "review" && !isResumed) throw reviewPending(userId);
        const at = now().toISOString();
        await alignments.update(userId, {
          status: "running",
          at,
          threadId: typeof threadId === "string" ? threadId : null,
          settings: givenSettings(context),
          runOwner: thisProcess,
          error: null,
        });
        return stop.signal;
      } catch (error) {
        active.delete(user);
        throw error;
      }
    },
    /** The heartbeat. An unavailable store fails the run itself, so here it is ignored. */
    renew: (userId: string) =>
      alignments.update(userId, { at: now().toISOString() }).catch(() => undefined),
    finish: (userId: string, waitsForReview: boolean) =>
      release(userId, { status: waitsForReview ? "review" : "idle", error: null }),
    /** Records a failure. Where the store is unavailable the record stays, because the run's own error matters more. */
    async fail(userId: string, error: unknown, signal: AbortSignal | undefined): Promise<void> {
      const end =
        signal?.reason === processEnds || signal?.reason === interactionDeleted
          ? "continues"
          : { status: "failed" as const, error: describe(error, signal) };
      await release(userId, end).catch(() => undefined);
    },
  };
}

export function secondRun(userId: string, owner: RunOwner | null): PersonaAgentError {
  return new PersonaAgentError(
    "memory-alignment-running",
    `An alignment of ${JSON.stringify(userId)} is running (process ${owner?.pid ?? "unknown"} on ${owner?.host ?? "an unknown machine"}); expected one at a time. Wait for it.`,
  );
}

export function reviewPending(userId: string): PersonaAgentError {
  return new PersonaAgentError(
    "memory-review-pending",
    `A new persona of ${JSON.stringify(userId)} waits for review; expected a decision first. Approve, edit or reject it.`,
  );
}

/** The settings of a call, without the user and what only says when to begin: a run is continued only under the same ones. */
export function givenSettings(context: AlignContext | undefined): Record<string, unknown> {
  const { userId: _, minNewAnswers: __, ...settings } = context ?? {};
  // As a database returns them: without undefined fields.
  return JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
}

/** The error in the record. A stopped step's own error says less than the stop. */
function describe(error: unknown, signal?: AbortSignal): NonNullable<AlignmentStatus["error"]> {
  const isStopped = signal?.aborted === true || error === readerLeft;
  const reason: unknown = signal?.aborted ? signal.reason : error;
  return { ...recordedError(reason), ...(isStopped && { code: "stopped" }) };
}
