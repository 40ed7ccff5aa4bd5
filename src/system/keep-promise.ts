import { AsyncLocalStorage } from "node:async_hooks";

/** What a `Map`, a `WeakMap` and an `LRUCache` have. */
interface Cache<Key, Value> {
  get(key: Key): Promise<Value> | undefined;
  set(key: Key, promise: Promise<Value>): unknown;
  delete(key: Key): unknown;
}

const outsideOfRuns = AsyncLocalStorage.snapshot();

/**
 * Keeps the result of a promise in a cache until it fails. Before Node 24 a promise holds the asynchronous context that it
 * was made in for as long as it lives; in a step of LangGraph that is the run, with every message of its thread. So what
 * is kept is a promise that was made outside of it.
 *
 * @returns What is kept.
 */
export function keepPromise<Key, Value>(
  cache: Cache<Key, Value>,
  key: Key,
  pending: Promise<Value>,
): Promise<Value> {
  const kept = outsideOfRuns(() => pending.then((value) => value));
  cache.set(key, kept);
  kept.catch(() => {
    if (cache.get(key) === kept) cache.delete(key);
  });
  return kept;
}
