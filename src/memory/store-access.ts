import type { BaseStore, Item, Operation } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../errors.js";
import { parseRecord, type RecordKind, type StoredItem } from "./parse-record.js";

export interface StoreChange {
  readonly namespace: readonly string[];
  readonly key: string;
  /** `null` deletes. */
  readonly value: object | null;
}

/** The few ways in which memory uses a store. Every method throws `memory-store-unavailable`. */
export interface StoreAccess {
  /** Parsed records in the order of `keys`; null where there is none. One round trip. */
  get<T>(
    kind: RecordKind<T>,
    namespace: readonly string[],
    keys: readonly string[],
  ): Promise<(T | null)[]>;
  /** Everything in exactly this namespace, unparsed, sorted by key as text. */
  scan(namespace: readonly string[]): Promise<StoredItem[]>;
  /** Applies changes in their order; not a transaction. One round trip. */
  write(changes: readonly StoreChange[]): Promise<void>;
}

const firstPage = 1_000;
const pageGrowth = 16;

export function createStoreAccess(store: BaseStore): StoreAccess {
  const batch = batchOf(store);
  return {
    async get(kind, namespace, keys) {
      if (keys.length === 0) return [];
      const items = await reached(() =>
        batch(keys.map((key) => ({ namespace: [...namespace], key }))),
      );
      // A batch of gets answers items or nulls in order: the store's own contract.
      return (items as (Item | null | undefined)[]).map((item) =>
        item === null || item === undefined ? null : parseRecord(kind, item),
      );
    },
    async scan(namespace) {
      const wanted = namespace.join(":");
      // Pages by offset lose rows when the order moves between two of them (PostgreSQL sorts by update time),
      // so a namespace that does not fit is read again, whole, with a larger limit.
      for (let limit = firstPage; ; limit *= pageGrowth) {
        const items = await reached(() => store.search([...namespace], { limit }));
        if (items.length < limit)
          return items
            .filter((item) => item.namespace.join(":") === wanted)
            .toSorted((a, b) => (a.key < b.key ? -1 : 1));
      }
    },
    async write(changes) {
      if (changes.length === 0) return;
      await reached(() =>
        batch(
          changes.map(({ namespace, key, value }) => ({
            namespace: [...namespace],
            key,
            value,
            // A store with a vector index of its own must not embed what we write.
            index: false as const,
          })),
        ),
      );
    },
  };
}

type Batch = (operations: Operation[]) => Promise<unknown[]>;

/** `runtime.store` is a wrapper that refuses `batch` and batches single calls of one tick by itself. */
function batchOf(store: BaseStore): Batch {
  if (!("lg_name" in store && store.lg_name === "AsyncBatchedStore"))
    return (operations) => store.batch(operations);
  return (operations) => Promise.all(operations.map((operation) => single(store, operation)));
}

async function single(store: BaseStore, operation: Operation): Promise<unknown> {
  if (!("key" in operation)) throw new TypeError("Only gets and puts are batched here.");
  const { namespace, key } = operation;
  if (!("value" in operation)) return store.get(namespace, key);
  return operation.value === null
    ? store.delete(namespace, key)
    : store.put(namespace, key, operation.value, false);
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
