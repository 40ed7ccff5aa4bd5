import { randomUUID } from "node:crypto";
import { IterableReadableStream } from "@langchain/core/utils/stream";
import { isCommand, isGraphInterrupt, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig, AlignContext } from "../../config/alignment-settings.js";
import type { parseAlignConfig } from "../../config/parse-settings.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { AlignmentGraph } from "../../graph/alignment.js";
import { withStoreOf } from "../../graph/platform-store.js";
import { leastConcurrency } from "../../graph/serialize-tasks.js";
import { isOnServer } from "../../graph/thread-guard.js";
import { wrapRuns } from "../../graph/wrap-runs.js";
import { runAttempt } from "../../nodes/alignment/failed-items.js";
import { checkOwner } from "../../nodes/agent/admit-turn.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import { createRunLease, readerLeft, type RunLeaseDeps } from "./run-lease.js";

/**
 * The settings of one run.
 *
 * @throws {PersonaAgentError} `config-*` for a setting that a node would refuse later, after the first model calls.
 */
export type SettingsOf = (runtime: Parameters<typeof parseAlignConfig>[0]) => AlignConfig;

export interface LeaseRunsDeps extends RunLeaseDeps {
  readonly settingsOf: SettingsOf;
  /** By role, for traces. */
  readonly modelNamesFor: (config: AlignConfig) => {
    readonly agent: string;
    readonly alignment: string;
  };
}

type RunOptions = Pick<LangGraphRunnableConfig, "configurable" | "context" | "metadata" | "signal">;

/** A run renews its lease in this interval, also during a long step. */
const heartbeatMs = 60_000;

/**
 * Puts every run of the graph under the user's lease, whoever starts it (the library, a LangGraph server, Studio), and
 * records its status: running, waiting for review, failed and why, or done. A second run is refused while the first is
 * alive. So is a new one while a candidate waits for review, because LangGraph would drop the candidate silently. Only
 * the user of a thread's first run may use the thread; others are refused before anything is written. Sets the run's
 * labels for traces and its limit of concurrent tasks.
 *
 * Runs reject with `memory-alignment-running`, `memory-review-pending` and `config-thread-owner`.
 *
 * @returns The same graph.
 */
export function leaseRuns(graph: AlignmentGraph, deps: LeaseRunsDeps): AlignmentGraph {
  const { settingsOf, modelNamesFor, alignments } = deps;
  const lease = createRunLease({
    ...deps,
    alignments: {
      get: (userId) => withStoreOf(graph, () => alignments.get(userId)),
      update: (userId, change) => withStoreOf(graph, () => alignments.update(userId, change)),
    },
  });
  return wrapRuns(graph, (stream) => async (input, options = {}) => {
    const config = settingsOf(options);
    const userId = parseUserId(config.userId);
    const { configurable, context } = options;
    await refuseStranger(graph, config, options);
    const stopped = await lease.acquire(userId, {
      threadId: configurable?.["thread_id"],
      context: context as AlignContext | undefined,
      // After a crash, a person's decision, or in a resumed graph that has this one for a node.
      isResumed: input === null || isCommand(input) || configurable?.["__pregel_resuming"] === true,
    });
    const signal = options.signal ? AbortSignal.any([options.signal, stopped]) : stopped;
    try {
      const chunks = await stream(input, {
        ...options,
        signal,
        // What failed in an earlier call is asked for again.
        configurable: { ...configurable, [runAttempt]: randomUUID() },
        // An answer is kept before the next model call; otherwise a crash would repeat, and pay, that call.
        ...(options.checkpointDuring === undefined && { durability: options.durability ?? "sync" }),
        maxConcurrency: Math.max(options.maxConcurrency ?? config.concurrency, leastConcurrency),
        // A server sets LangGraph's default, which three updates exceed.
        recursionLimit: Math.max(options.recursionLimit ?? 0, maxSteps(config)),
        runName: options.runName ?? "persona-agent alignment",
        tags: [...(options.tags ?? []), "persona-agent"],
        metadata: {
          ...options.metadata,
          // The name keeps LangGraph from copying the id itself there; see `withTraceLabels`.
          userId: userKey(userId),
          mode: config.mode,
          ...modelNamesFor(config),
        },
      });
      return IterableReadableStream.fromAsyncGenerator(
        whileLeased(chunks, userId, { ...options, signal }),
      );
    } catch (error) {
      await lease.fail(userId, error, signal);
      throw error;
    }
  });

  async function* whileLeased<Chunk>(
    chunks: AsyncIterable<Chunk>,
    userId: string,
    { configurable, signal }: RunOptions,
  ): AsyncGenerator<Chunk> {
    const heartbeat = setInterval(() => void lease.renew(userId), heartbeatMs).unref();
    let isOver = false;
    try {
      yield* chunks;
      // A stream that ends because it was stopped does not count as done.
      signal?.throwIfAborted();
      isOver = true;
      await lease.finish(userId, await waitsForReview(configurable?.["thread_id"]));
    } catch (caught) {
      isOver = true;
      const error = causeOf(caught);
      if (isGraphInterrupt(error)) await lease.finish(userId, true);
      else await lease.fail(userId, error, signal);
      throw error;
    } finally {
      clearInterval(heartbeat);
      if (!isOver) await lease.fail(userId, readerLeft, signal);
    }
  }

  async function waitsForReview(threadId: unknown): Promise<boolean> {
    if (typeof graph.checkpointer !== "object" || typeof threadId !== "string") return false;
    const { tasks } = await graph.getState({ configurable: { thread_id: threadId } });
    return tasks.some(({ interrupts }) => interrupts.length > 0);
  }
}

/** Before anything is written, and before LangGraph streams the thread's state. */
async function refuseStranger(
  graph: AlignmentGraph,
  config: Pick<AlignConfig, "userId">,
  { configurable, context, metadata }: RunOptions,
): Promise<void> {
  // A graph that has this one for a node passes its own checkpointer.
  const isKept = [graph.checkpointer, configurable?.["__pregel_checkpointer"]].some(
    (saver) => typeof saver === "object" && saver !== null,
  );
  if (!isKept || configurable?.["thread_id"] === undefined) return;
  // The thread's latest state, also for a run from an earlier step.
  const latest = { configurable: { ...configurable, checkpoint_id: undefined } };
  const { owner } = (await graph.getState(latest)).values as Pick<AlignmentState, "owner">;
  // On a server `configurable` may name the user of the first run; see `askingUser`.
  const isServer = isOnServer({
    ...(configurable && { configurable }),
    ...(metadata && { metadata }),
  });
  checkOwner({ owner }, { userId: (isServer ? context : config)?.userId });
}

/**
 * The start, and at most 26 steps for an iteration: the answers, their losses and the gradient; for the batch and again
 * for the holdout the candidate's answers, the decision, the judge and the decision; the review and the commit; and each
 * of these once more where items failed.
 */
function maxSteps({ iterations }: AlignConfig): number {
  return 10 + 26 * iterations;
}

/** Concurrent tasks fail for the same reason, an unavailable model or store, and LangGraph then throws all errors. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const causes: unknown[] = error.errors;
  return causes.find((cause) => PersonaAgentError.is(cause)) ?? causes[0] ?? error;
}
