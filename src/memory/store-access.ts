import type { BaseStore, Item } from "@langchain/langgraph-checkpoint";
import type { UserKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { createKeyedQueue, type KeyedQueue, type QueueTurn } from "../system/keyed-queue.js";
import { type FencedWrite, isRunning, purge, readMark, writeFenced } from "./fenced-write.js";
import type { StoreChange } from "./fenced-write.js";
import { ownerOf } from "./namespaces.js";
import { parseRecord, type RecordKind, type StoredItem } from "./parse-record.js";
import { createVisits, userErased, type Visits } from "./visits.js";

export type { StoreChange } from "./fenced-write.js";

/** A record, and what `writeIf` expects of it to be still stored. */
export interface ReadRecord<T> {
  readonly record: T;
  readonly stored: StoreChange;
}

/**
 * All that memory needs of a store. Every method throws `memory-store-unavailable`, and `memory-user-erased` where the
 * present visit's user was erased.
 */
export interface StoreAccess {
  /** Parsed records in the order of `keys`; null where there is none. One round trip. */
  get<T>(
    kind: RecordKind<T>,
    namespace: readonly string[],
    keys: readonly string[],
  ): Promise<(T | null)[]>;
  /** As `get`, with what `writeIf` takes; there `record` is null where there is none. */
  read<T>(
    kind: RecordKind<T>,
    namespace: readonly string[],
    keys: readonly string[],
  ): Promise<ReadRecord<T | null>[]>;
  /** Everything in exactly this namespace, unparsed, sorted by key as text. */
  scan(namespace: readonly string[]): Promise<StoredItem[]>;
  /** Applies changes of at most one user, in their order. One round trip. */
  write(changes: readonly StoreChange[]): Promise<void>;
  /**
   * The same if what was read is stored still; of changes beyond some hundred rows, those of the first may be written
   * before it shows that the others cannot be.
   *
   * @returns False where something else is stored by now: read again.
   */
  writeIf(expected: readonly StoreChange[], changes: readonly StoreChange[]): Promise<boolean>;
  /** As `writeIf`, for an erasure alone: writes whatever was or is being erased. */
  writeErasing(
    changes: readonly StoreChange[],
    expected?: readonly StoreChange[],
  ): Promise<boolean>;
  /** How many ids the outboxes of all users name; `null` where the store cannot tell quickly. */
  unindexed(): Promise<number | null>;
  /** Takes what was deleted out of what the store keeps beside its records, and out of its files where they are ours. */
  purge(): Promise<void>;
  readonly visits: Visits;
  /** One task of a user at a time in this process, each in a visit of the user. */
  createUserQueue(): UserQueue;
}

export interface UserQueue extends KeyedQueue {
  run<T>(user: UserKey, task: (turn: QueueTurn) => Promise<T>): Promise<T>;
  /** For an erasure: not in a visit. */
  runOutside<T>(user: UserKey, task: () => Promise<T>): Promise<T>;
}

/** A store that counts what is not yet in the index. */
export interface CountingStore {
  unindexed(): Promise<number>;
}

/** The window of a user's latest episodes, and what else is read in a turn, is smaller. */
const firstPage = 400;
const pageGrowth = 16;

export function createStoreAccess(store: BaseStore): StoreAccess {
  const visits = createVisits(async (user) => {
    const mark = await reached(() => readMark(store, user));
    if (mark === null) return "";
    if (isRunning(mark)) throw userErased();
    return mark.erasure;
  });

  /** What the visit must know first is asked for first: at the same time, so that it is no round trip of its own. */
  async function visiting<T>(namespace: readonly string[], read: () => Promise<T>): Promise<T> {
    const user = ownerOf(namespace, "");
    const begun = user === null ? undefined : visits.present(user)?.since();
    const [result] = await Promise.all([read(), begun]);
    return result;
  }

  async function put(
    changes: readonly StoreChange[],
    { expected = [], isErasure = false }: Partial<Pick<FencedWrite, "expected" | "isErasure">> = {},
  ): Promise<boolean> {
    const [first] = changes;
    if (first === undefined) return true;
    const users = new Set(changes.map(({ namespace, key }) => ownerOf(namespace, key)));
    const [user = null] = users;
    if (users.size > 1) throw new TypeError("Changes of two users were written together.");
    if (user === null) {
      const puts = changes.map(({ namespace, key, value }) => ({
        namespace: [...namespace],
        key,
        value: value as Record<string, unknown> | null,
        // A store with a vector index of its own must not embed these records.
        index: false as const,
      }));
      await reached(() => store.batch(puts));
      return true;
    }
    const since = isErasure ? undefined : await visits.present(user)?.since();
    const write = { user, since, isErasure, expected, changes };
    const outcome = await reached(() => writeFenced(store, write));
    if (outcome === "erased" || outcome === "erasing") throw userErased();
    return outcome === "written";
  }

  async function items(namespace: readonly string[], keys: readonly string[]) {
    if (keys.length === 0) return [];
    const found = await visiting(namespace, () =>
      reached(() => store.batch(keys.map((key) => ({ namespace: [...namespace], key })))),
    );
    // A batch of gets returns items or nulls in order: the store's own contract.
    return found as (Item | null | undefined)[];
  }

  const parsed = <T>(kind: RecordKind<T>, item: Item | null | undefined) =>
    item === null || item === undefined ? null : parseRecord(kind, item);

  return {
    visits,
    unindexed: () =>
      reached(async () => ("unindexed" in store ? (store as CountingStore).unindexed() : null)),
    purge: () => reached(() => purge(store)),
    async get(kind, namespace, keys) {
      const found = await items(namespace, keys);
      return found.map((item) => parsed(kind, item));
    },
    async read(kind, namespace, keys) {
      const found = await items(namespace, keys);
      return found.map((item, place) => ({
        record: parsed(kind, item),
        stored: { namespace, key: keys[place] ?? "", value: item?.value ?? null },
      }));
    },
    async scan(namespace) {
      const path = namespace.join(":");
      // Pages by offset miss rows when the order changes between them (PostgreSQL sorts by update time), so a namespace
      // that does not fit is read again as a whole, with a larger limit.
      for (let limit = firstPage; ; limit *= pageGrowth) {
        const found = await visiting(namespace, () =>
          reached(() => store.search([...namespace], { limit })),
        );
        if (found.length < limit)
          return found
            .filter((item) => item.namespace.join(":") === path)
            .toSorted((a, b) => (a.key < b.key ? -1 : 1));
      }
    },
    async write(changes) {
      await put(changes);
    },
    writeIf: (expected, changes) => put(changes, { expected }),
    writeErasing: (changes, expected = []) => put(changes, { expected, isErasure: true }),
    createUserQueue() {
      const queue = createKeyedQueue();
      return {
        run: (user, task) => visits.within(user, () => queue.run(user, task)),
        runOutside: (user, task) => queue.run(user, task),
        isBusy: (user) => queue.isBusy(user),
      };
    },
  };
}

async function reached<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (PersonaAgentError.is(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : String(cause);
    throw new PersonaAgentError(
      "memory-store-unavailable",
      `The store did not answer (${reason}); expected it to read and write memory. Check that it runs and can be reached.`,
      { cause },
    );
  }
}
