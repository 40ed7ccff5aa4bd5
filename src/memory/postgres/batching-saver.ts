import type { RunnableConfig } from "@langchain/core/runnables";
import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type PendingWrite,
  WRITES_IDX_MAP,
} from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type pg from "pg";

/** The limits of one statement: rows, and about this many bytes. */
const maxRows = 500;
const maxSize = 4_000_000;

type Row = Awaited<ReturnType<PostgresSaver["_dumpWrites"]>>[number];

/** The results of one task, and the promise of its `putWrites`. */
interface Task {
  readonly rows: readonly Row[];
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `PostgresSaver` that writes a checkpoint in one statement, unless it is very large, and the results of concurrent
 * tasks together: those that arrive during a statement are in the next one. Its base class opens a transaction for each
 * of them and sends a statement for every channel. What this saves is in docs/decisions/0004-embedded-postgres.md.
 */
export class BatchingPostgresSaver extends PostgresSaver {
  readonly #pool: pg.Pool;
  readonly #waiting: Task[] = [];
  #isSending = false;

  constructor(pool: pg.Pool) {
    super(pool);
    this.#pool = pool;
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const {
      thread_id: threadId,
      checkpoint_ns: ns = "",
      checkpoint_id: parentId,
    } = config.configurable ?? {};
    const [blobs, storedMetadata] = await Promise.all([
      this._dumpBlobs(threadId, ns, checkpoint.channel_values, newVersions),
      this._dumpMetadata(metadata),
    ]);
    const size = blobs.reduce((bytes, row) => bytes + (row[5]?.byteLength ?? 0), 0);
    if (size > maxSize) return super.put(config, checkpoint, metadata, newVersions);
    const stored = this._dumpCheckpoint(checkpoint);
    const row = [threadId, ns, checkpoint.id, parentId, stored, storedMetadata];
    await this.#pool.query(insertCheckpoint, [...row, ...columnsOf(blobs, 6)]);
    return {
      configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: checkpoint.id },
    };
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
  ): Promise<void> {
    // Errors and interrupts replace earlier rows; the base class does that.
    if (writes.every(([channel]) => String(channel) in WRITES_IDX_MAP))
      return super.putWrites(config, writes, taskId);
    const { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id } = config.configurable ?? {};
    const rows = await this._dumpWrites(threadId, ns, id, taskId, writes as [string, unknown][]);
    const size = rows.reduce((bytes, row) => bytes + row[7].byteLength, 0);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ rows, size, resolve, reject });
      void this.#send();
    });
  }

  /** The threads in whose state, at any step, a channel had this value. Unlike `list`, it reads no step. */
  async threadsWith(channel: string, value: unknown): Promise<string[]> {
    const [type, blob] = await this.serde.dumpsTyped(value);
    const found = await this.#pool.query<{ thread_id: string }>(selectThreads, [
      channel,
      type,
      Buffer.from(blob),
    ]);
    return found.rows.map((row) => row.thread_id);
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const tasks = nextOf(this.#waiting);
      try {
        await this.#insert(tasks);
        for (const { resolve } of tasks) resolve();
      } catch {
        // One task's fault must not fail the others: each is sent alone.
        await Promise.all(
          tasks.map((task) => this.#insert([task]).then(task.resolve, task.reject)),
        );
      }
    }
    this.#isSending = false;
  }

  async #insert(tasks: readonly Task[]): Promise<void> {
    const rows = tasks.flatMap((task) => task.rows);
    await this.#pool.query(insertWrites, columnsOf(rows, 8));
  }
}

/** Removes the next tasks, at least one, as many as one statement can hold. */
function nextOf(waiting: Task[]): Task[] {
  let [rows, size] = [0, 0];
  const end = waiting.findIndex((task, place) => {
    rows += task.rows.length;
    size += task.size;
    return place > 0 && (rows > maxRows || size > maxSize);
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

/** Rows as columns, for `unnest`. */
function columnsOf(rows: readonly (readonly unknown[])[], count: number): unknown[][] {
  return Array.from({ length: count }, (_, column) => rows.map((row) => row[column]));
}

const selectThreads = `
  SELECT DISTINCT thread_id FROM public.checkpoint_blobs
  WHERE channel = $1 AND type = $2 AND blob = $3 ORDER BY thread_id`;

const insertCheckpoint = `
  WITH blobs AS (
    INSERT INTO public.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT * FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[])
    ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING
  )
  INSERT INTO public.checkpoints
    (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id)
  DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata`;

const insertWrites = `
  INSERT INTO public.checkpoint_writes
    (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT * FROM
    unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::bytea[])
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO NOTHING`;
