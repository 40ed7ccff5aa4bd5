import { isDeepStrictEqual } from "node:util";
import { Command, isInterrupted } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { VerbOutput } from "../../contract/verbs.js";
import type { AlignContext } from "../../config/alignment-settings.js";
import { expectKnownNames, type KnownNames } from "../../config/known-names.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import { isOutdated } from "../../domain/forgetting/outdated-run.js";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { noUsage } from "../../domain/usage.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import type { Memory } from "../../memory/memory.js";
import { type AlignmentEvent, isAlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import type { AlignmentGraph } from "../../graph/alignment.js";
import { alignmentThreadId } from "./run-thread-id.js";
import { noPendingReview } from "./no-pending-review-error.js";
import type { SettingsOf } from "./with-run-lease.js";
import { type RunLeaseDeps, givenSettings, reviewPending, secondRun } from "./run-lease.js";
import { isOwnedElsewhere } from "./run-owner.js";

export type AlignSettings = Omit<AlignContext, "userId">;

export interface AlignOptions {
  readonly settings?: AlignSettings;
  readonly signal?: AbortSignal | undefined;
  /** Drops the candidate that waits for a person and starts a new run, even if its thread belongs to another graph. */
  readonly discardReview?: boolean;
  /** Called for each event as it happens. */
  readonly onEvent?: (event: AlignmentEvent) => void;
}

/** The result of an alignment. Plain JSON, the same as every door's. */
export type AlignmentResult = VerbOutput<"align">;

export interface Aligner {
  /**
   * Aligns one user's persona, or continues a run after a crash or a failure. Calls for one user run one after another.
   *
   * @throws {PersonaAgentError} `memory-alignment-running` while another process aligns the user,
   *   `memory-review-pending` while a candidate waits for a person, `config-*`, `model-*`, `memory-*`.
   */
  align(userId: string, options?: AlignOptions): Promise<AlignmentResult>;
  /**
   * Takes a person's decision on the candidate that waits, and continues the run to its end.
   *
   * @throws {PersonaAgentError} `config-review-none` when nothing waits; `config-invalid` for an invalid decision, after
   *   which the candidate still waits.
   */
  review(
    userId: string,
    answer: ReviewAnswer,
    options?: Pick<AlignOptions, "signal" | "onEvent">,
  ): Promise<AlignmentResult>;
  /** The request that waits for a person; `null` when there is none. */
  pendingReview(userId: string): Promise<AlignmentResult["review"]>;
  /** Waits for the end of the user's runs that were begun here. */
  settled(userId: string): Promise<void>;
}

export interface AlignerDeps {
  /** With a checkpointer of its own. */
  readonly graph: AlignmentGraph;
  readonly checkpointer: BaseCheckpointSaver;
  readonly memory: Pick<Memory, "alignments" | "personas" | "episodes">;
  readonly active: RunLeaseDeps["active"];
  readonly settingsOf: SettingsOf;
  readonly now: () => Date;
}

const alignNames: KnownNames<AlignOptions> = {
  settings: true,
  signal: true,
  discardReview: true,
  onEvent: true,
};

/** Runs alignments in this process, one after another for each user. Each step is kept before the next one starts. */
export function createAligner(deps: AlignerDeps): Aligner {
  const { graph, checkpointer, memory, active, settingsOf, now } = deps;
  const queue = createKeyedQueue();
  return {
    align: (userId, options = {}) =>
      queue.run(userKey(userId), async () => {
        expectKnownNames<AlignOptions>(options, alignNames, "`align`");
        const user = parseUserId(userId);
        const context = { ...options.settings, userId: user };
        // A bad setting is refused before the last run is touched.
        settingsOf({ context });
        const last = await unfinishedRun(user, context, options.discardReview);
        if (last?.next.length === 0) return finish(user, last.values as AlignmentState, context);
        if (last === null) await checkpointer.deleteThread(alignmentThreadId(user));
        return run(user, last === null ? {} : null, context, options);
      }),
    review: (userId, answer, options = {}) =>
      queue.run(userKey(userId), async () => {
        expectKnownNames<AlignOptions>(options, alignNames, "`review`");
        const user = parseUserId(userId);
        const status = await memory.alignments.get(user);
        if ((await requestOf(user, status)) === null) throw await noPendingReview(user, memory);
        const context = { ...(status.settings as AlignSettings), userId: user };
        const result = await run(user, new Command({ resume: answer }), context, options);
        const problem = result.review?.problem ?? null;
        if (problem === null) return result;
        throw new PersonaAgentError(
          "config-invalid",
          `The decision was not taken, and the new persona still waits: ${problem}`,
        );
      }),
    settled: (userId) => queue.run(userKey(userId), () => Promise.resolve()),
    async pendingReview(userId) {
      const user = parseUserId(userId);
      return plain(await requestOf(user, await memory.alignments.get(user)));
    },
  };

  /** The last run's state if the same settings can continue it; without next steps only its end is missing. */
  async function unfinishedRun(userId: string, context: AlignContext, discardReview = false) {
    const status = await memory.alignments.get(userId);
    if (status.status === "review") {
      const isElsewhere = status.threadId !== alignmentThreadId(userId);
      if (!discardReview && (isElsewhere || (await waitingRequest(userId)) !== null))
        throw reviewPending(userId);
      // The candidate can no longer be decided on; its steps were kept in a process that has ended, for example.
      await memory.alignments.update(userId, { status: "idle" });
      return null;
    }
    // The steps of a run in another process are on the same thread.
    if (active.has(userKey(userId)) || isOwnedElsewhere(status, now()))
      throw secondRun(userId, status.runOwner);
    // Another thread's steps are not ours to continue, and a migrated record names no thread.
    if (!isInterruptedRun(status) || status.threadId !== alignmentThreadId(userId)) return null;
    if (!isDeepStrictEqual(status.settings, givenSettings(context))) return null;
    const state = await graph.getState(threadOf(userId));
    if (await holdsDeleted(userId, state.values)) return null;
    return state.next.length > 0 || "iterations" in state.values ? state : null;
  }

  async function finish(userId: string, state: AlignmentState, context: AlignContext) {
    await memory.alignments.update(userId, {
      status: "idle",
      at: now().toISOString(),
      runOwner: null,
      error: null,
    });
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
      // LangGraph never removes its listener, and a caller may use one signal for many runs.
      ...(signal && { signal: AbortSignal.any([signal]) }),
    });
    for await (const [mode, chunk] of stream) {
      // The last chunk of a run that waits holds its interrupt, and no state.
      if (mode === "values" && !isInterrupted(chunk)) state = chunk as AlignmentState;
      else if (mode === "custom" && isAlignmentEvent(chunk)) onEvent?.(chunk);
    }
    const review = await waitingRequest(userId);
    // The result is in the persona log; the steps are needed only while the run can continue.
    if (review === null) await checkpointer.deleteThread(alignmentThreadId(userId));
    return resultOf(userId, state, context, review);
  }

  async function holdsDeleted(userId: string, steps: AlignmentState): Promise<boolean> {
    return isOutdated(steps, await memory.episodes.withdrawals(userId));
  }

  /** The request to a person, also after a crash while the answer was processed. */
  async function requestOf(userId: string, status: AlignmentStatus): Promise<ReviewRequest | null> {
    if (active.has(userKey(userId)) || isOwnedElsewhere(status, now())) return null;
    const mayWait = status.status === "review" || isInterruptedRun(status);
    return mayWait ? waitingRequest(userId) : null;
  }

  async function waitingRequest(userId: string): Promise<ReviewRequest | null> {
    const { tasks, values } = await graph.getState(threadOf(userId));
    if (await holdsDeleted(userId, values)) return null;
    const [waiting] = tasks.flatMap(({ interrupts }) => interrupts);
    return waiting === undefined ? null : (waiting.value as ReviewRequest);
  }

  async function resultOf(
    user: string,
    state: AlignmentState | undefined,
    context: AlignContext,
    review: ReviewRequest | null,
  ): Promise<AlignmentResult> {
    const { version, lines, paperSystemPrompt: paperText } = await memory.personas.head(user);
    const startedAt = Date.parse(state?.startedAt ?? now().toISOString());
    return {
      user,
      mode: parseAlignConfig({ context }).mode,
      runId: state?.runId ?? "",
      iterations: [...(state?.iterations ?? [])],
      head: { version, lines, paperText },
      review: plain(review),
      degraded: [...(state?.degraded ?? [])],
      usage: state?.usage ?? noUsage,
      seconds: (now().getTime() - startedAt) / 1_000,
    };
  }
}

/** A copy of the plain JSON that it is, and so without `readonly`. */
function plain(request: ReviewRequest | null): AlignmentResult["review"] {
  return structuredClone(request) as AlignmentResult["review"];
}

function threadOf(userId: string) {
  return { configurable: { thread_id: alignmentThreadId(userId) } };
}

function isInterruptedRun({ status }: AlignmentStatus): boolean {
  return status === "running" || status === "failed";
}
