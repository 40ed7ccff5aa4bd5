import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { BaseStore, Item } from "@langchain/langgraph-checkpoint";
import type { UserKey } from "../domain/user-id.js";
import { createKeyedQueue, type KeyedQueue } from "../system/keyed-queue.js";
import { erasedNamespace } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { erasureRecord } from "./record-schemas.js";

/** A record that is to be written. */
export interface StoreChange {
  readonly namespace: readonly string[];
  readonly key: string;
  /** `null` deletes. */
  readonly value: object | null;
}

/** Changes of one user's records that stand or fall together with what they rest on. */
export interface FencedWrite {
  readonly user: UserKey;
  /** Which erasure was the last one when what is written was read; `undefined` where nothing was, or for an erasure. */
  readonly since: string | undefined;
  readonly isErasure: boolean;
  /** What must be stored as it is given; `null` for nothing. */
  readonly expected: readonly StoreChange[];
  /** In their order. */
  readonly changes: readonly StoreChange[];
}

/** `changed`: something else than expected is stored; `erased`, `erasing`: the user. Nothing is written then. */
export type FencedOutcome = "written" | "changed" | "erased" | "erasing";

/** A store that checks and writes in one step, also beside other processes. */
export interface FencedStore {
  writeFenced(write: FencedWrite): Promise<FencedOutcome>;
}

/** A store that can take what was deleted out of what it keeps beside its records, too. */
export interface PurgedStore {
  purge(): Promise<void>;
}

export async function purge(store: BaseStore | (BaseStore & PurgedStore)): Promise<void> {
  if ("purge" in store) await store.purge();
}

/** After this an erasure that has not ended counts as killed, in milliseconds. It keeps nobody away any more. */
export const erasureLastsMs = 15 * 60_000;

/** The mark of an erasure; each has an id of its own. */
export function newErasure(): { readonly schemaVersion: 1; readonly erasure: string } {
  return { schemaVersion: 1, erasure: randomUUID() };
}

export type ErasureMark = ReturnType<typeof erasureRecord.schema.parse>;

export async function readMark(store: BaseStore, user: UserKey): Promise<ErasureMark | null> {
  const [item] = (await store.batch([{ namespace: [...erasedNamespace], key: user }])) as [
    Item | null,
  ];
  return item === null || item === undefined ? null : parseRecord(erasureRecord, item);
}

export function isRunning(mark: ErasureMark): boolean {
  return mark.isRunning && Date.parse(mark.at) > Date.now() - erasureLastsMs;
}

/**
 * The one place where a user's records are written: checked and written as one step. A store that cannot do it itself does
 * it for this process alone.
 */
export function writeFenced(store: BaseStore, write: FencedWrite): Promise<FencedOutcome> {
  if (isFenced(store)) return store.writeFenced(write);
  return queueOf(store).run(write.user, () => checkAndWrite(store, write));
}

async function checkAndWrite(
  store: BaseStore,
  { user, since, isErasure, expected, changes }: FencedWrite,
): Promise<FencedOutcome> {
  const mark = isErasure ? null : await readMark(store, user);
  if (mark !== null && isRunning(mark)) return "erasing";
  if (since !== undefined && mark !== null && mark.erasure !== since) return "erased";
  if (expected.length > 0) {
    const wanted = expected.map(({ namespace, key }) => ({ namespace: [...namespace], key }));
    const found = (await store.batch(wanted)) as (Item | null | undefined)[];
    const isSame = expected.every(({ value }, place) =>
      isDeepStrictEqual(found[place]?.value ?? null, value),
    );
    if (!isSame) return "changed";
  }
  await store.batch(
    changes.map(({ namespace, key, value }) => ({
      namespace: [...namespace],
      key,
      value: value as Record<string, unknown> | null,
      // A store with a vector index of its own must not embed these records.
      index: false as const,
    })),
  );
  return "written";
}

function isFenced(store: BaseStore): store is BaseStore & FencedStore {
  return "writeFenced" in store;
}

const queues = new WeakMap<BaseStore, KeyedQueue>();

/** All agents of this process over one store take part in it. */
function queueOf(store: BaseStore): KeyedQueue {
  const queue = queues.get(store) ?? createKeyedQueue();
  queues.set(store, queue);
  return queue;
}
