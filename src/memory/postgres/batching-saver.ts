import { createHash } from "node:crypto";
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
  WRITES_IDX_MAP,
} from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { UserKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { presentWriter, unlessRefused, type Writer, writerColumns } from "./fence.js";
import { smallText } from "./small-values.js";

/** The limits of one statement: rows, and about this many bytes. */
const maxRows = 500;
const maxSize = 4_000_000;

type Row = Awaited<ReturnType<PostgresSaver["_dumpWrites"]>>[number];

/** The results of one task, and the promise of its `putWrites`. */
interface Task {
  readonly rows: readonly Row[];
  readonly size: number;
  readonly writers: readonly Writer[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * `PostgresSaver` that writes a checkpoint in one statement, unless it is very large, and the results of concurrent
 * tasks together: those that arrive during a statement are in the next one. Its base class opens a transaction for each
 * of them and sends a statement for every channel. What this saves is in docs/decisions/0004-embedded-postgres.md.
 *
 * Of a list of long texts, as `ThreadMessages` has them, each is kept once for a thread. Small values are kept within the
 * checkpoint: a row of their own takes several times their size (docs/decisions/0031-fast-turns.md).
 */
export class BatchingPostgresSaver extends PostgresSaver {
  readonly #pool: pg.Pool;
  readonly #waiting: Task[] = [];
  /** By thread: the parts that its latest step had when it was read or written here. */
  readonly #storedParts = new LRUCache<string, ReadonlySet<string>>({ max: 1_000 });
  /** The steps that are being written. */
  readonly #putting = new Map<string, Promise<unknown>>();
  #isSending = false;

  constructor(pool: pg.Pool) {
    super(pool);
    this.#pool = pool;
    // The base class adds to it what is to be read, and hands the rows to the methods that are overridden here.
    const statements: unknown = Reflect.get(this, "SQL_STATEMENTS");
    if (!(statements instanceof Object && "SELECT_SQL" in statements))
      throw new Error("PostgresSaver no longer keeps its statements in SQL_STATEMENTS.");
    statements.SELECT_SQL = selectSteps;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const tuple = await super.getTuple(config);
    const { parts = [] } = (tuple?.checkpoint ?? {}) as CheckpointInParts;
    this.#storedParts.set(String(config.configurable?.["thread_id"]), new Set(parts));
    return tuple;
  }

  protected override async _loadCheckpoint(
    ...[stored, rows]: Parameters<PostgresSaver["_loadCheckpoint"]>
  ): Promise<Checkpoint> {
    const { values = {}, lists = {}, ...others }: CheckpointInParts & typeof stored = stored;
    const checkpoint = await super._loadCheckpoint(others, rows);
    const parts = partsAmong(rows);
    const read = (texts: object, asValue: (value: unknown) => unknown) =>
      Object.entries(texts).map(([channel, text]) => [channel, asValue(JSON.parse(text))] as const);
    Object.assign(
      checkpoint.channel_values,
      Object.fromEntries([
        ...read(values, (value) => value),
        ...read(lists, (list) => withParts(list, parts)),
      ]),
    );
    return checkpoint;
  }

  protected override async _loadBlobs(
    rows: readonly (readonly unknown[])[] | null = [],
  ): Promise<Record<string, unknown>> {
    const parts = partsAmong(rows);
    const entries = (rows ?? [])
      .map(asRow)
      .filter(([channel, , type]) => channel !== partsChannel && type !== "empty")
      .map(async ([channel, , type, blob]): Promise<[string, unknown]> => {
        if (type !== listOfParts) return [channel, await this.serde.loadsTyped(type, blob)];
        return [channel, withParts(await this.serde.loadsTyped("json", blob), parts)];
      });
    return Object.fromEntries(await Promise.all(entries));
  }

  protected override async _loadWrites(
    rows: readonly (readonly unknown[])[] | null,
  ): Promise<[string, string, unknown][]> {
    return Promise.all(
      (rows ?? [])
        .map(asRow)
        .map(async ([task, channel, type, blob]) => [
          task,
          channel,
          await this.serde.loadsTyped(type, blob),
        ]),
    );
  }

  override async put(...step: Parameters<PostgresSaver["put"]>): Promise<RunnableConfig> {
    const place = placeOf(step[0], step[1].id);
    const putting = this.#put(...step);
    this.#putting.set(place, putting);
    try {
      return await putting;
    } finally {
      if (this.#putting.get(place) === putting) this.#putting.delete(place);
    }
  }

  async #put(
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
    const { values: channels, lists, parts } = inParts(checkpoint.channel_values);
    const small = Object.entries(channels).flatMap(([channel, value]) => {
      // A process of an earlier version reads no values within checkpoints, and must know whose the thread is.
      const text = channel === ownerChannel ? null : smallText(value);
      return text === null ? [] : [[channel, text] as const];
    });
    const isSmall = new Set(small.map(([channel]) => channel));
    const versions = Object.entries(newVersions).filter(([channel]) => !isSmall.has(channel));
    const [blobs, storedMetadata] = await Promise.all([
      this._dumpBlobs(threadId, ns, channels, Object.fromEntries(versions)),
      this._dumpMetadata(metadata),
    ]);
    const size = blobs.reduce((bytes, row) => bytes + (row[5]?.byteLength ?? 0), 0);
    const writers = await presentWriter();
    if (size > maxSize) {
      // The base class keeps no value within the checkpoint, and of small ones that did not change there is no row yet.
      const rowsOf = Object.entries(checkpoint.channel_versions).filter(
        ([channel]) => isSmall.has(channel) || channel in newVersions,
      );
      return this.#around(writers, threadId, () =>
        super.put(
          config,
          Object.assign({ ...checkpoint }, besides(parts, writers)),
          metadata,
          Object.fromEntries(rowsOf),
        ),
      );
    }
    const before = this.#storedParts.get(threadId);
    const rows = [
      // What is not there is read as empty, too.
      ...blobs
        .filter(([, , , , type]) => type !== "empty")
        .map((row) => (lists.has(row[2]) ? row.with(4, listOfParts) : row)),
      ...[...parts].flatMap(([name, text]) =>
        before?.has(name) ? [] : [[threadId, ns, partsChannel, name, "text", Buffer.from(text)]],
      ),
    ];
    const stored = {
      ...this._dumpCheckpoint(checkpoint),
      ...besides(parts, writers),
      values: Object.fromEntries(small.filter(([channel]) => !lists.has(channel))),
      lists: Object.fromEntries(small.filter(([channel]) => lists.has(channel))),
    };
    const row = [threadId, ns, checkpoint.id, parentId, stored, storedMetadata];
    const values = [...row, ...columnsOf(rows, 6), ...writerColumns(writers)];
    await unlessRefused(this.#pool.query(insertCheckpoint, values));
    this.#storedParts.set(threadId, new Set(parts.keys()));
    return {
      configurable: { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: checkpoint.id },
    };
  }

  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
  ): Promise<void> {
    const { thread_id: threadId, checkpoint_ns: ns, checkpoint_id: id } = config.configurable ?? {};
    const writers = await presentWriter();
    // Not before their step, which tells whose they are; not at all without it.
    await this.#putting.get(placeOf(config, id));
    const rows = await this._dumpWrites(threadId, ns, id, taskId, writes as [string, unknown][]);
    if (writes.every(([channel]) => String(channel) in WRITES_IDX_MAP)) {
      const values = [...columnsOf(rows, 8), ...writerColumns(writers)];
      await unlessRefused(this.#pool.query(replaceWrites, values));
      return;
    }
    const size = rows.reduce((bytes, row) => bytes + row[7].byteLength, 0);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ rows, size, writers, resolve, reject });
      void this.#send();
    });
  }

  /**
   * The threads that are a user's by the channel `owner`, at any step and in results that no step has yet, or because a
   * run of the user's wrote a step: one that was killed early has left no owner. Unlike `list`, it reads no step.
   */
  async threadsOf(owner: UserKey): Promise<string[]> {
    const [type, blob] = await this.serde.dumpsTyped(owner);
    const found = await this.#pool.query<{ thread_id: string }>(selectThreads, [
      owner,
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
    const writers = writerColumns(tasks.flatMap((task) => task.writers));
    await unlessRefused(this.#pool.query(insertWrites, [...columnsOf(rows, 8), ...writers]));
  }

  /** Around what the base class writes in a transaction of its own. */
  async #around<T>(writers: readonly Writer[], threadId: unknown, write: () => Promise<T>) {
    const admit = () =>
      unlessRefused(
        this.#pool.query("SELECT public.persona_agent_admit_1($1, $2)", writerColumns(writers)),
      );
    await admit();
    const written = await write();
    try {
      await admit();
    } catch (error) {
      if (PersonaAgentError.is(error, "memory-user-erased"))
        await this.deleteThread(String(threadId));
      throw error;
    }
    return written;
  }
}

/**
 * What a checkpoint holds here besides LangGraph's own: the names of the parts that its lists refer to, the JSON of small
 * values and of short lists by channel, and as `writer` the key of the user whose run wrote it.
 */
interface CheckpointInParts {
  readonly parts?: readonly string[];
  readonly values?: Readonly<Record<string, string>>;
  readonly lists?: Readonly<Record<string, string>>;
}

const placeOf = ({ configurable = {} }: RunnableConfig, id: unknown) =>
  JSON.stringify([configurable["thread_id"], configurable["checkpoint_ns"] ?? "", id]);

/** What a checkpoint has beside its values. */
const besides = (parts: ReadonlyMap<string, string>, [writer]: readonly Writer[]) => ({
  parts: [...parts.keys()],
  ...(writer && { writer: writer.who }),
});

const ownerChannel = "owner";

/** The channel and the type of rows that LangGraph does not have. A part's version is the hash of its text. */
const partsChannel = "(parts)";
const listOfParts = "list of parts";
/** Shorter texts cost less in their list. */
const leastPart = 1_000;

interface Reference {
  readonly part: string;
}

const isReference = (value: unknown): value is Reference =>
  value instanceof Object && "part" in value;

/** By name, of the rows of a checkpoint. */
function partsAmong(rows: readonly (readonly unknown[])[] | null): ReadonlyMap<string, string> {
  return new Map(
    (rows ?? [])
      .map(asRow)
      .flatMap(([channel, name, , text]) =>
        channel === partsChannel ? [[name, text.toString()] as const] : [],
      ),
  );
}

const withParts = (list: unknown, parts: ReadonlyMap<string, string>) =>
  (list as unknown[]).map((each) => (isReference(each) ? parts.get(each.part) : each));

/**
 * The long texts of lists of texts, but each list's last, which is still changing. A list that has not changed since an
 * earlier version wrote it is not written again, so the names and `leastPart` stay as they are.
 */
function inParts(channelValues: Readonly<Record<string, unknown>>) {
  const values = { ...channelValues };
  const lists = new Set<string>();
  const parts = new Map<string, string>();
  for (const [channel, value] of Object.entries(channelValues)) {
    if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) continue;
    const list = value.map((text, place): string | Reference => {
      if (text.length < leastPart || place === value.length - 1) return text;
      const part = createHash("sha256").update(text).digest("base64url").slice(0, 22);
      parts.set(part, text);
      return { part };
    });
    if (list.every((each) => typeof each === "string")) continue;
    lists.add(channel);
    values[channel] = list;
  }
  return { values, lists, parts };
}

/** Of `selectSteps`: three texts and bytes in base64; the base class adds bytes alone for threads of LangGraph 0.x. */
function asRow(
  row: readonly unknown[],
): [first: string, second: string, type: string, bytes: Buffer] {
  if (typeof row[0] === "string")
    return [row[0], String(row[1]), String(row[2]), Buffer.from(String(row[3]), "base64")];
  const [channel = "", type = "", bytes = ""] = row.map((each) => Buffer.from(each as Uint8Array));
  return [channel.toString(), "", type.toString(), Buffer.from(bytes)];
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
  SELECT thread_id FROM public.checkpoint_blobs WHERE channel = 'owner' AND type = $2 AND blob = $3
  UNION SELECT thread_id FROM public.checkpoint_writes
  WHERE channel = 'owner' AND type = $2 AND blob = $3
  UNION SELECT thread_id FROM public.checkpoints
  WHERE checkpoint ->> 'writer' = $1
  ORDER BY thread_id`;

/** As JSON: node-postgres reads arrays of bytes letter by letter. */
const selectSteps = `
  SELECT thread_id, checkpoint, checkpoint_ns, checkpoint_id, parent_checkpoint_id, metadata,
    (
      SELECT json_agg(json_build_array(kept.channel, kept.version, kept.type, encode(kept.blob, 'base64')))
      FROM (
        SELECT key, value FROM jsonb_each_text(checkpoint -> 'channel_versions')
        UNION ALL SELECT '${partsChannel}', jsonb_array_elements_text(checkpoint -> 'parts')
      ) AS wanted (channel, version)
      JOIN public.checkpoint_blobs AS kept USING (channel, version)
      WHERE kept.thread_id = cp.thread_id AND kept.checkpoint_ns = cp.checkpoint_ns
    ) AS channel_values,
    (
      SELECT json_agg(json_build_array(task_id, channel, type, encode(blob, 'base64')) ORDER BY task_id, idx)
      FROM public.checkpoint_writes AS cw
      WHERE cw.thread_id = cp.thread_id AND cw.checkpoint_ns = cp.checkpoint_ns
        AND cw.checkpoint_id = cp.checkpoint_id
    ) AS pending_writes
  FROM public.checkpoints AS cp `;

const insertCheckpoint = `
  WITH blobs AS (
    INSERT INTO public.checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT * FROM unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[])
    ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING
  )
  INSERT INTO public.checkpoints
    (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata)
  SELECT $1::text, $2::text, $3::text, $4::text, $5::jsonb, $6::jsonb
  FROM public.persona_agent_admit_1($13::text[], $14::text[])
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id)
  DO UPDATE SET checkpoint = EXCLUDED.checkpoint, metadata = EXCLUDED.metadata`;

const writeWrites = `
  INSERT INTO public.checkpoint_writes
    (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob)
  SELECT written.* FROM public.persona_agent_admit_1($9::text[], $10::text[]),
    unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::bytea[])
      AS written
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO `;

const insertWrites = `${writeWrites} NOTHING`;
/** Errors and interrupts take the place of earlier ones. */
const replaceWrites = `${writeWrites}
  UPDATE SET channel = EXCLUDED.channel, type = EXCLUDED.type, blob = EXCLUDED.blob`;
