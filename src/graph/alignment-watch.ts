import { IterableReadableStream } from "@langchain/core/utils/stream";
import { isCommand, isGraphInterrupt, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig, AlignContext, parseAlignConfig } from "../config.js";
import type { Worker } from "../domain/alignment-status.js";
import { parseUserId, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../errors.js";
import type { Memory } from "../memory/memory.js";
import type { AlignmentGraph } from "./alignment.js";
import { leastConcurrency } from "./one-at-a-time.js";
import { isAliveElsewhere, thisWorker } from "./worker.js";

/**
 * The settings of one run.
 *
 * @throws {PersonaAgentError} `config-*` for a setting that a node would refuse later, when something was spent already.
 */
export type SettingsOf = (runtime: Parameters<typeof parseAlignConfig>[0]) => AlignConfig;

export interface AlignmentWatchDeps {
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

/** A run that goes on for long says so once in this time. */
const heartbeatMs = 60_000;

/**
 * Keeps the record of how each user's alignment stands, whoever starts the run (the library, a LangGraph server,
 * Studio): running, waiting for review, failed and why, or done. One run a user: a second one is refused while the
 * first is alive, and so is a new one while a candidate waits for review, which LangGraph would drop without a word.
 * Gives the run its labels for traces and its bound on tasks at a time.
 *
 * Runs reject with `memory-alignment-running` and `memory-review-pending`.
 *
 * @returns The same graph.
 */
export function withAlignmentWatch(
  graph: AlignmentGraph,
  deps: AlignmentWatchDeps,
): AlignmentGraph {
  const { alignments, active, settingsOf, modelNamesFor, now } = deps;
  // Every way into a graph goes through `stream`.
  const stream: AlignmentGraph["stream"] = graph.stream.bind(graph);
  const watched = async (
    input: Parameters<typeof stream>[0],
    options: Parameters<typeof stream>[1] = {},
  ) => {
    const config = settingsOf(options);
    const userId = parseUserId(config.userId);
    const user = userKey(userId);
    await admit(userId, user, input === null || isCommand(input) || isResumedIn(options));
    const threadId: unknown = options.configurable?.["thread_id"];
    try {
      await alignments.update(userId, {
        status: "running",
        at: now().toISOString(),
        threadId: typeof threadId === "string" ? threadId : null,
        settings: givenSettings(options.context),
        worker: thisWorker,
        error: null,
      });
      const chunks = await stream(input, {
        ...options,
        maxConcurrency: Math.max(options.maxConcurrency ?? config.concurrency, leastConcurrency),
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
        following(chunks, { userId, user, threadId }),
      );
    } catch (error) {
      await failed(userId, user, error);
      throw error;
    }
  };
  graph.stream = watched as typeof stream;
  return graph;

  async function admit(userId: string, user: string, goesOn: boolean): Promise<void> {
    if (active.has(user)) throw secondRun(userId, thisWorker);
    // Before anything is waited for, or two that begin at the same time would both pass.
    active.add(user);
    try {
      const status = await alignments.get(userId);
      if (isAliveElsewhere(status, now())) throw secondRun(userId, status.worker);
      if (status.status === "review" && !goesOn) throw reviewPending(userId);
    } catch (error) {
      active.delete(user);
      throw error;
    }
  }

  async function* following<Chunk>(
    chunks: AsyncIterable<Chunk>,
    run: { readonly userId: string; readonly user: string; readonly threadId: unknown },
  ): AsyncGenerator<Chunk> {
    const { userId, user, threadId } = run;
    let heard = now().getTime();
    let isOver = false;
    try {
      for await (const chunk of chunks) {
        if (now().getTime() - heard > heartbeatMs) {
          heard = now().getTime();
          await alignments.update(userId, { at: now().toISOString() });
        }
        yield chunk;
      }
      isOver = true;
      await ended(userId, user, { waits: await waitsForReview(threadId) });
    } catch (caught) {
      isOver = true;
      const error = causeOf(caught);
      if (isGraphInterrupt(error)) await ended(userId, user, { waits: true });
      else await failed(userId, user, error);
      throw error;
    } finally {
      // Whoever read the stream stopped reading it.
      if (!isOver) await failed(userId, user, new Error("The run was stopped."));
    }
  }

  async function waitsForReview(threadId: unknown): Promise<boolean> {
    if (typeof graph.checkpointer !== "object" || typeof threadId !== "string") return false;
    const { tasks } = await graph.getState({ configurable: { thread_id: threadId } });
    return tasks.some(({ interrupts }) => interrupts.length > 0);
  }

  /** Where the store is away the record cannot say so; the run's own error is worth more than that one. */
  async function failed(userId: string, user: string, error: unknown): Promise<void> {
    await ended(userId, user, { error }).catch(() => undefined);
  }

  async function ended(
    userId: string,
    user: string,
    { error, waits = false }: { readonly error?: unknown; readonly waits?: boolean },
  ): Promise<void> {
    active.delete(user);
    await alignments.update(userId, {
      status: error !== undefined ? "failed" : waits ? "review" : "idle",
      at: now().toISOString(),
      worker: null,
      error: error === undefined ? null : described(error),
    });
  }
}

/** Whether a graph that has this one for a node goes on: the node is then given its first input again. */
function isResumedIn({ configurable }: Pick<LangGraphRunnableConfig, "configurable">): boolean {
  return configurable?.["__pregel_resuming"] === true;
}

export function secondRun(userId: string, worker: Worker | null): PersonaAgentError {
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
  return structuredClone(settings);
}

/** Tasks side by side fail for one reason, a model or a store that is away, and LangGraph then throws a list of errors. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const causes: unknown[] = error.errors;
  return causes.find((cause) => PersonaAgentError.is(cause)) ?? causes[0] ?? error;
}

function described(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: PersonaAgentError.is(error) ? error.code : "unexpected",
    message: message.replaceAll(/\s+/g, " ").slice(0, 2_000),
  };
}
