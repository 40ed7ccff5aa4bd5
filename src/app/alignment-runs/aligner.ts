import { isDeepStrictEqual } from "node:util";
import { Command, isInterrupted } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { AlignContext } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { noUsage, type Usage } from "../../domain/usage.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, Iteration } from "../../state/alignment-state.js";
import type { AlignmentGraph } from "../../graph/alignment.js";
import { alignmentThreadId } from "./thread-id.js";
import { noPendingReview } from "./no-pending-review.js";
import { isOwnedElsewhere } from "./run-owner.js";
import {
  type RunLeaseDeps,
  givenSettings,
  reviewPending,
  secondRun,
  type SettingsOf,
} from "./run-lease.js";

export type AlignSettings = Omit<AlignContext, "userId">;

export interface AlignOptions {
  readonly settings?: AlignSettings;
  readonly signal?: AbortSignal | undefined;
  /**
   * Gives up the candidate that waits for a person and begins anew, also where its thread is another graph's, and may
   * not even exist any more.
   */
  readonly discardReview?: boolean;
  /** Told what happens while it happens. */
  readonly onEvent?: (event: AlignmentEvent) => void;
}

/** What an alignment came to. Plain JSON. */
export interface AlignmentResult {
  readonly user: string;
  readonly mode: "default" | "paper";
  /** Names the run in the checkpoints it wrote, where they have an `alignment`. */
  readonly runId: string;
  /** What each update came to, also those without a candidate. */
  readonly iterations: readonly Iteration[];
  /** The persona that answers from now on. */
  readonly head: Pick<PersonaCheckpoint, "version" | "lines" | "paperSystemPrompt">;
  /** What a person is to decide before the run goes on; `null` when it is over. */
  readonly review: ReviewRequest | null;
  /** What did not work as it should. */
  readonly degraded: readonly string[];
  readonly usage: Usage;
  /** Since the run began, waiting included. */
  readonly seconds: number;
}

export interface Aligner {
  /**
   * Aligns one user's persona, or goes on with a run that a crash or a failure cut off. Runs of one user follow each
   * other.
   *
   * @throws {PersonaAgentError} `memory-alignment-running` while another process is at it, `memory-review-pending`
   *   while a candidate waits for a person, `config-*`, `model-*`, `memory-*`.
   */
  align(userId: string, options?: AlignOptions): Promise<AlignmentResult>;
  /**
   * A person's decision on the candidate that waits; the run goes on to its end.
   *
   * @throws {PersonaAgentError} `config-review-none` when nothing waits. An answer that cannot be taken is no error:
   *   the result then holds the request again, with its `problem`.
   */
  review(
    userId: string,
    answer: ReviewAnswer,
    options?: Pick<AlignOptions, "signal" | "onEvent">,
  ): Promise<AlignmentResult>;
  /** The request that waits for a person; `null` when none does. */
  pendingReview(userId: string): Promise<ReviewRequest | null>;
  /** Whether a run of this user goes on in this process. */
  isBusy(userId: string): boolean;
}

export interface AlignerDeps {
  /** With a checkpointer of its own. */
  readonly graph: AlignmentGraph;
  readonly checkpointer: BaseCheckpointSaver;
  readonly memory: Pick<Memory, "alignments" | "personas">;
  readonly active: RunLeaseDeps["active"];
  readonly settingsOf: SettingsOf;
  readonly now: () => Date;
}

/** Runs alignments in this process, one after another for each user, each step kept before the next one begins. */
export function createAligner({
  graph,
  checkpointer,
  memory,
  active,
  settingsOf,
  now,
}: AlignerDeps): Aligner {
  const queue = createKeyedQueue();
  return {
    align: (userId, options = {}) =>
      queue.run(userKey(userId), async () => {
        const user = parseUserId(userId);
        const context = { ...options.settings, userId: user };
        // A bad setting is refused before anything of the last run is touched.
        settingsOf({ context });
        const left = await leftOff(user, context, options.discardReview);
        if (left?.next.length === 0) return finished(user, left.values as AlignmentState, context);
        if (left === null) await checkpointer.deleteThread(alignmentThreadId(user));
        return run(user, left === null ? {} : null, context, options);
      }),
    review: (userId, answer, options = {}) =>
      queue.run(userKey(userId), async () => {
        const user = parseUserId(userId);
        const record = await memory.alignments.get(user);
        if ((await requestOn(user, record)) === null) throw await noPendingReview(user, memory);
        const context = { ...(record.settings as AlignSettings), userId: user };
        return run(user, new Command({ resume: answer }), context, options);
      }),
    async pendingReview(userId) {
      const user = parseUserId(userId);
      return requestOn(user, await memory.alignments.get(user));
    },
    isBusy: (userId) => queue.isBusy(userKey(userId)),
  };

  /**
   * The last run of the user where it was cut off, under the same settings; `null` where there is none to go on with.
   * With nothing left to do, only its end was not recorded.
   */
  async function leftOff(userId: string, context: AlignContext, discardReview = false) {
    const status = await memory.alignments.get(userId);
    if (status.status === "review") {
      const isElsewhere = status.threadId !== alignmentThreadId(userId);
      if (!discardReview && (isElsewhere || (await waitingRequest(userId)) !== null))
        throw reviewPending(userId);
      // A process that keeps its steps in itself has ended while the candidate waited; nobody could ever decide on it.
      await memory.alignments.update(userId, { status: "idle" });
      return null;
    }
    // The steps of a run that goes on elsewhere are on the same thread.
    if (active.has(userKey(userId)) || isOwnedElsewhere(status, now()))
      throw secondRun(userId, status.runOwner);
    // Another thread's steps are not ours to continue, and a migrated record names none.
    if (!isCutOff(status) || status.threadId !== alignmentThreadId(userId)) return null;
    if (!isDeepStrictEqual(status.settings, givenSettings(context))) return null;
    const state = await graph.getState(threadOf(userId));
    return state.next.length > 0 || "iterations" in state.values ? state : null;
  }

  async function finished(userId: string, state: AlignmentState, context: AlignContext) {
    const idle = { status: "idle", at: now().toISOString(), runOwner: null, error: null } as const;
    await memory.alignments.update(userId, idle);
    await checkpointer.deleteThread(alignmentThreadId(userId));
    return resultOf(userId, state, context, null);
  }

  async function run(
    userId: string,
    input: Parameters<AlignmentGraph["stream"]>[0],
    context: AlignContext,
    { signal, onEvent }: Pick<AlignOptions, "signal" | "onEvent">,
  ): Promise<AlignmentResult> {
    let state: AlignmentState | undefined;
    const stream = await graph.stream(input, {
      ...threadOf(userId),
      context,
      streamMode: ["values", "custom"],
      // LangGraph never takes its listener off again, and a caller's signal may serve many runs.
      ...(signal && { signal: AbortSignal.any([signal]) }),
    });
    for await (const [mode, chunk] of stream) {
      // A run that waits ends with a chunk that holds what it waits for, and no state.
      if (mode === "values" && !isInterrupted(chunk)) state = chunk as AlignmentState;
      else if (mode === "custom" && isAlignmentEvent(chunk)) onEvent?.(chunk);
    }
    const review = await waitingRequest(userId);
    // What the run found is in the persona log; its steps are only needed while it can go on.
    if (review === null) await checkpointer.deleteThread(alignmentThreadId(userId));
    return resultOf(userId, state, context, review);
  }

  /** What a person is asked; also where the process was killed while it took their answer. */
  async function requestOn(userId: string, record: AlignmentStatus): Promise<ReviewRequest | null> {
    if (active.has(userKey(userId)) || isOwnedElsewhere(record, now())) return null;
    return record.status === "review" || isCutOff(record) ? waitingRequest(userId) : null;
  }

  async function waitingRequest(userId: string): Promise<ReviewRequest | null> {
    const { tasks } = await graph.getState(threadOf(userId));
    const [waiting] = tasks.flatMap(({ interrupts }) => interrupts);
    return waiting === undefined ? null : (waiting.value as ReviewRequest);
  }

  async function resultOf(
    user: string,
    state: AlignmentState | undefined,
    context: AlignContext,
    review: ReviewRequest | null,
  ): Promise<AlignmentResult> {
    const { version, lines, paperSystemPrompt } = await memory.personas.head(user);
    const startedAt = Date.parse(state?.startedAt ?? now().toISOString());
    return {
      user,
      mode: parseAlignConfig({ context }).mode,
      runId: state?.runId ?? "",
      iterations: state?.iterations ?? [],
      head: { version, lines, paperSystemPrompt },
      review,
      degraded: state?.degraded ?? [],
      usage: state?.usage ?? noUsage,
      seconds: (now().getTime() - startedAt) / 1_000,
    };
  }
}

function threadOf(userId: string) {
  return { configurable: { thread_id: alignmentThreadId(userId) } };
}

function isCutOff({ status }: AlignmentStatus): boolean {
  return status === "running" || status === "failed";
}

/** The agents of the simulations stream events of their own. */
const eventKinds: readonly string[] = [
  "alignment-started",
  "item-simulated",
  "item-criticised",
  "update-proposed",
  "candidate-judged",
  "checkpoint-written",
] satisfies AlignmentEvent["kind"][];

function isAlignmentEvent(event: unknown): event is AlignmentEvent {
  return eventKinds.includes((event as { readonly kind?: string }).kind ?? "");
}
