import { IterableReadableStream } from "@langchain/core/utils/stream";
import { isCommand, isGraphInterrupt, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig, AlignContext } from "../../config/alignment-settings.js";
import type { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentStatus, RunOwner } from "../../domain/alignment/alignment-status.js";
import { parseUserId, userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { Memory } from "../../memory/memory.js";
import { checkOwner } from "../../nodes/agent/admit-turn.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import type { AlignmentGraph } from "../../graph/alignment.js";
import { leastConcurrency } from "../../graph/serialize-tasks.js";
import { withStoreOf } from "../../graph/platform-store.js";
import { isOnServer } from "../../graph/thread-guard.js";
import { isOwnedElsewhere, thisProcess } from "./run-owner.js";

/**
 * The settings of one run.
 *
 * @throws {PersonaAgentError} `config-*` for a setting that a node would refuse later, when something was spent already.
 */
export type SettingsOf = (runtime: Parameters<typeof parseAlignConfig>[0]) => AlignConfig;

export interface RunLeaseDeps {
  readonly alignments: Memory["alignments"];
  /** Keys of the users whose alignment goes on in this process, by whichever graph. */
  readonly active: Set<string>;
  readonly settingsOf: SettingsOf;
  /** By role, for traces. */
  readonly modelNamesFor: (config: AlignConfig) => {
    readonly agent: string;
    readonly alignment: string;
  };
  readonly now: () => Date;
}

/** A run says once in this time that it goes on, also while a single step takes long. */
const heartbeatMs = 60_000;

/**
 * Why a run is aborted that the next call, or the next turn, is to go on with. Its record says then what one says that
 * the end of the process cut off: `running`, and nobody at work.
 */
export const processEnds = new DOMException("The process ends.", "AbortError");

/** Whoever read a run's stream stopped reading it. */
const readerLeft = new DOMException("The run was stopped.", "AbortError");

/**
 * Keeps the record of how each user's alignment stands, whoever starts the run (the library, a LangGraph server,
 * Studio): running, waiting for review, failed and why, or done. One run a user: a second one is refused while the
 * first is alive, and so is a new one while a candidate waits for review, which LangGraph would drop without a word.
 * Gives the run its labels for traces and its bound on tasks at a time.
 *
 * Everybody but the user whose run a thread holds is turned away, before anything is written.
 *
 * Runs reject with `memory-alignment-running`, `memory-review-pending` and `config-thread-owner`.
 *
 * @returns The same graph.
 */
export function withRunLease(graph: AlignmentGraph, deps: RunLeaseDeps): AlignmentGraph {
  const { active, settingsOf, modelNamesFor, now } = deps;
  const alignments: RunLeaseDeps["alignments"] = {
    get: (userId) => withStoreOf(graph, () => deps.alignments.get(userId)),
    update: (userId, change) => withStoreOf(graph, () => deps.alignments.update(userId, change)),
  };
  // Every way into a graph goes through `stream`.
  const stream: AlignmentGraph["stream"] = graph.stream.bind(graph);
  const watched = async (
    input: Parameters<typeof stream>[0],
    options: Parameters<typeof stream>[1] = {},
  ) => {
    const config = settingsOf(options);
    const userId = parseUserId(config.userId);
    const user = userKey(userId);
    // After a crash, or a person's decision.
    const goesOn = input === null || isCommand(input) || isResumedIn(options);
    await refuseStranger(config, options);
    await admit(userId, user, goesOn);
    const threadId: unknown = options.configurable?.["thread_id"];
    const { signal } = options;
    try {
      const at = now().toISOString();
      await alignments.update(userId, {
        status: "running",
        at,
        // Also where the run fails before it reads them: else every turn would ask for one again.
        ...(!goesOn && { seenAt: at }),
        threadId: typeof threadId === "string" ? threadId : null,
        settings: givenSettings(options.context),
        runOwner: thisProcess,
        error: null,
      });
      const chunks = await stream(input, {
        ...options,
        // What a model answered is kept before more is asked, or a crash would have it asked, and paid, again.
        ...(options.checkpointDuring === undefined && { durability: options.durability ?? "sync" }),
        maxConcurrency: Math.max(options.maxConcurrency ?? config.concurrency, leastConcurrency),
        // A server gives LangGraph's default, which three updates exceed.
        recursionLimit: Math.max(options.recursionLimit ?? 0, stepsOf(config)),
        runName: options.runName ?? "persona-agent alignment",
        tags: [...(options.tags ?? []), "persona-agent"],
        metadata: {
          ...options.metadata,
          // Named so that LangGraph does not copy the id itself there; see `withTraceLabels`.
          userId: user,
          mode: config.mode,
          ...modelNamesFor(config),
        },
      });
      return IterableReadableStream.fromAsyncGenerator(
        following(chunks, { userId, user, threadId, signal }),
      );
    } catch (error) {
      await failed(userId, user, error, signal);
      throw error;
    }
  };
  graph.stream = watched as typeof stream;
  return graph;

  /** Before anything is written, and before LangGraph streams what the thread holds. */
  async function refuseStranger(
    config: Pick<AlignConfig, "userId">,
    { configurable, context, metadata }: NonNullable<Parameters<typeof stream>[1]>,
  ): Promise<void> {
    // A graph that has this one for a node gives it its own checkpointer.
    const isKept = [graph.checkpointer, configurable?.["__pregel_checkpointer"]].some(
      (saver) => typeof saver === "object" && saver !== null,
    );
    if (!isKept || configurable?.["thread_id"] === undefined) return;
    // The thread as it is now, also for a run from an earlier step.
    const latest = { configurable: { ...configurable, checkpoint_id: undefined } };
    const { owner } = (await graph.getState(latest)).values as Pick<AlignmentState, "owner">;
    // A server's `configurable` may say who asked first; see `askingUser`.
    const { userId } = isOnServer({
      ...(configurable && { configurable }),
      ...(metadata && { metadata }),
    })
      ? (context ?? {})
      : config;
    checkOwner({ owner }, { userId });
  }

  async function admit(userId: string, user: string, goesOn: boolean): Promise<void> {
    if (active.has(user)) throw secondRun(userId, thisProcess);
    // Before anything is waited for, or two that begin at the same time would both pass.
    active.add(user);
    try {
      const status = await alignments.get(userId);
      if (isOwnedElsewhere(status, now())) throw secondRun(userId, status.runOwner);
      if (status.status === "review" && !goesOn) throw reviewPending(userId);
    } catch (error) {
      active.delete(user);
      throw error;
    }
  }

  async function* following<Chunk>(
    chunks: AsyncIterable<Chunk>,
    run: {
      readonly userId: string;
      readonly user: string;
      readonly threadId: unknown;
      readonly signal: AbortSignal | undefined;
    },
  ): AsyncGenerator<Chunk> {
    const { userId, user, threadId, signal } = run;
    const heartbeat = setInterval(
      // A store that is away fails the run itself; its record can wait.
      () => void alignments.update(userId, { at: now().toISOString() }).catch(() => undefined),
      heartbeatMs,
    ).unref();
    let isOver = false;
    try {
      yield* chunks;
      // A stream that ends because it was stopped must not count as done.
      signal?.throwIfAborted();
      isOver = true;
      await ended(userId, user, { waits: await waitsForReview(threadId) });
    } catch (caught) {
      isOver = true;
      const error = causeOf(caught);
      if (isGraphInterrupt(error)) await ended(userId, user, { waits: true });
      else await failed(userId, user, error, signal);
      throw error;
    } finally {
      clearInterval(heartbeat);
      // Whoever read the stream stopped reading it.
      if (!isOver) await failed(userId, user, readerLeft, signal);
    }
  }

  async function waitsForReview(threadId: unknown): Promise<boolean> {
    if (typeof graph.checkpointer !== "object" || typeof threadId !== "string") return false;
    const { tasks } = await graph.getState({ configurable: { thread_id: threadId } });
    return tasks.some(({ interrupts }) => interrupts.length > 0);
  }

  /** Where the store is away the record cannot say so; the run's own error is worth more than that one. */
  async function failed(
    userId: string,
    user: string,
    error: unknown,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const isCutOff = signal?.reason === processEnds;
    const described = describe(error, signal);
    await ended(userId, user, { error: described, isCutOff }).catch(() => undefined);
  }

  async function ended(
    userId: string,
    user: string,
    {
      error = null,
      waits = false,
      isCutOff = false,
    }: {
      readonly error?: AlignmentStatus["error"];
      readonly waits?: boolean;
      readonly isCutOff?: boolean;
    },
  ): Promise<void> {
    active.delete(user);
    if (isCutOff) {
      await alignments.update(userId, { runOwner: null });
      return;
    }
    await alignments.update(userId, {
      status: error !== null ? "failed" : waits ? "review" : "idle",
      at: now().toISOString(),
      runOwner: null,
      error,
    });
  }
}

/** Whether a graph that has this one for a node goes on: the node is then given its first input again. */
function isResumedIn({ configurable }: Pick<LangGraphRunnableConfig, "configurable">): boolean {
  return configurable?.["__pregel_resuming"] === true;
}

/** Nine steps at most for an iteration, and what begins the run. */
function stepsOf({ iterations }: AlignConfig): number {
  return 10 + 10 * iterations;
}

export function secondRun(userId: string, worker: RunOwner | null): PersonaAgentError {
  return new PersonaAgentError(
    "memory-alignment-running",
    `An alignment of ${JSON.stringify(userId)} is running (process ${worker?.pid ?? "unknown"} on ${worker?.host ?? "an unknown machine"}); expected one at a time. Wait for it.`,
  );
}

export function reviewPending(userId: string): PersonaAgentError {
  return new PersonaAgentError(
    "memory-review-pending",
    `A new persona of ${JSON.stringify(userId)} waits for review; expected a decision first. Approve, edit or reject it.`,
  );
}

/** The settings as they were given, without the user: a run goes on only under the same ones. */
export function givenSettings(context: AlignContext | undefined): Record<string, unknown> {
  const { userId: _, ...settings } = context ?? {};
  // As a database gives them back: without the names that have no value.
  return JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
}

/** Tasks side by side fail for one reason, a model or a store that is away, and LangGraph then throws a list of errors. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const causes: unknown[] = error.errors;
  return causes.find((cause) => PersonaAgentError.is(cause)) ?? causes[0] ?? error;
}

/** What a stop makes a step fail with says less than the stop itself. */
function describe(error: unknown, signal?: AbortSignal): NonNullable<AlignmentStatus["error"]> {
  if (signal?.aborted) return { code: "stopped", message: messageOf(signal.reason) };
  if (error === readerLeft) return { code: "stopped", message: readerLeft.message };
  const code = PersonaAgentError.is(error) ? error.code : "unexpected";
  return { code, message: messageOf(error) };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, " ").slice(0, 2_000);
}
