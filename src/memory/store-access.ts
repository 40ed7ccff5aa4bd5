import type { BaseStore, Item } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../system/errors.js";
import { parseRecord, type RecordKind, type StoredItem } from "./parse-record.js";

export interface StoreChange {
  readonly namespace: readonly string[];
  readonly key: string;
  /** `null` deletes. */
  readonly value: object | null;
}

/** All that memory needs of a store. Every method throws `memory-store-unavailable`. */
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
  return {
    async get(kind, namespace, keys) {
      if (keys.length === 0) return [];
      const items = await reached(() =>
        store.batch(keys.map((key) => ({ namespace: [...namespace], key }))),
      );
      // A batch of gets returns items or nulls in order: the store's own contract.
      return (items as (Item | null | undefined)[]).map((item) =>
        item === null || item === undefined ? null : parseRecord(kind, item),
      );
    },
    async scan(namespace) {
      const path = namespace.join(":");
      // Pages by offset miss rows when the order changes between them (PostgreSQL sorts by update time), so a namespace
      // that does not fit is read again as a whole, with a larger limit.
      for (let limit = firstPage; ; limit *= pageGrowth) {
        const items = await reached(() => store.search([...namespace], { limit }));
        if (items.length < limit)
          return items
            .filter((item) => item.namespace.join(":") === path)
            .toSorted((a, b) => (a.key < b.key ? -1 : 1));
      }
    },
    async write(changes) {
      if (changes.length === 0) return;
      // `index: false`: a store with a vector index of its own must not embed these records.
      const puts = changes.map(({ namespace, key, value }) => ({
        namespace: [...namespace],
        key,
        value,
        index: false as const,
      }));
      await reached(() => store.batch(puts));
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
