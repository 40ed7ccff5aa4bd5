import type { RunnableConfig } from "@langchain/core/runnables";
import { IterableReadableStream } from "@langchain/core/utils/stream";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { AgentGraph } from "./agent.js";
import { isOnServer, runCheckpointer } from "./thread-guard.js";
import { wrapRuns } from "./wrap-runs.js";

/**
 * Keeps of a turn's steps those from which it can go on without paying again: the one before each model call, with the
 * model's answer as soon as there is one, and the one where the run ended, however it ended. LangGraph keeps all of them,
 * and each holds the whole state. So does a run on a server, where Studio shows each step, and one that names its
 * `durability`.
 *
 * @returns The same graph.
 */
export function withKeptSteps(graph: AgentGraph): AgentGraph {
  return wrapRuns(graph, (stream) => async (input, options) => {
    const saver = graph.checkpointer;
    const isOwn =
      options?.durability === undefined &&
      options?.checkpointDuring === undefined &&
      !isOnServer(options);
    if (typeof saver !== "object" || !isOwn || options?.configurable?.["thread_id"] === undefined)
      return stream(input, options);
    const steps = new KeptSteps(saver);
    const configurable = { ...options.configurable, [runCheckpointer]: steps };
    try {
      const chunks = await stream(input, { ...options, configurable });
      return IterableReadableStream.fromAsyncGenerator(keptAtEnd(chunks, steps));
    } catch (error) {
      await steps.flush();
      throw error;
    }
  });
}

async function* keptAtEnd<Chunk>(
  chunks: AsyncIterable<Chunk>,
  steps: KeptSteps,
): AsyncGenerator<Chunk> {
  try {
    yield* chunks;
  } catch (error) {
    // What the run failed of says more than that its last step could not be kept.
    await steps.flush().catch(() => undefined);
    throw error;
  } finally {
    await steps.flush();
  }
}

/** A step that is kept only if the run ends with it. */
interface HeldStep {
  readonly put: readonly [RunnableConfig, Checkpoint, CheckpointMetadata, ChannelVersions];
  readonly id: string;
}

type Writes = Parameters<BaseCheckpointSaver["putWrites"]>;

/** One run's checkpointer. Its reads of one step are one read of the checkpointer that it writes to. */
class KeptSteps extends BaseCheckpointSaver {
  readonly #saver: BaseCheckpointSaver;
  readonly #reads = new Map<string, Promise<CheckpointTuple | undefined>>();
  /** Steps that the checkpointer has. */
  readonly #kept = new Set<string>();
  /** Results of the tasks of other steps, by step. */
  readonly #writes = new Map<string, Writes[]>();
  #held: HeldStep | undefined;

  constructor(saver: BaseCheckpointSaver) {
    super(saver.serde);
    this.#saver = saver;
  }

  override getNextVersion(current: number | undefined): number {
    return this.#saver.getNextVersion(current);
  }

  /** The thread guard reads the thread, and then LangGraph does. */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const {
      thread_id: thread,
      checkpoint_ns: ns = "",
      checkpoint_id: id,
    } = config.configurable ?? {};
    const key = JSON.stringify([thread, ns, id]);
    const reading = this.#reads.get(key) ?? this.#saver.getTuple(config);
    this.#reads.set(key, reading);
    const tuple = await reading;
    if (tuple !== undefined) this.#kept.add(tuple.checkpoint.id);
    return tuple;
  }

  override list(...listed: Parameters<BaseCheckpointSaver["list"]>) {
    return this.#saver.list(...listed);
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    versions: ChannelVersions,
  ): Promise<RunnableConfig> {
    this.#reads.clear();
    const { id } = checkpoint;
    const held = this.#held;
    const follows = held !== undefined && held.id === config.configurable?.["checkpoint_id"];
    if (held !== undefined && !follows) await this.flush();
    // In the place of the step before, with all that changed since the last one that is kept.
    const put = follows
      ? ([held.put[0], checkpoint, metadata, { ...held.put[3], ...versions }] as const)
      : ([config, checkpoint, metadata, versions] as const);
    if (follows) this.#writes.delete(held.id);
    this.#held = { put, id };
    if (isBeforeModelCall(checkpoint)) await this.flush();
    const { thread_id, checkpoint_ns = "" } = config.configurable ?? {};
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: id } };
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath?: string,
  ): Promise<void> {
    const id = String(config.configurable?.["checkpoint_id"]);
    const given: Writes = [config, writes, taskId, taskPath];
    if (this.#kept.has(id)) return this.#saver.putWrites(...given);
    this.#writes.set(id, [...(this.#writes.get(id) ?? []), given]);
  }

  override deleteThread(threadId: string): Promise<void> {
    return this.#saver.deleteThread(threadId);
  }

  /** Keeps the step that is held, if one is. */
  async flush(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#kept.add(held.id);
    const writes = this.#writes.get(held.id) ?? [];
    this.#writes.delete(held.id);
    await this.#saver.put(...held.put);
    for (const each of writes) await this.#saver.putWrites(...each);
  }
}

function isBeforeModelCall({ channel_values }: Checkpoint): boolean {
  return "branch:to:reason" in channel_values;
}
