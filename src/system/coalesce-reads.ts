import { endOfTick } from "./gather-calls.js";

/**
 * Lets concurrent callers with the same key share one read: all simulations of an alignment read one user's latest
 * episodes. A caller never gets a read that started before its call, so it sees its own earlier writes. Only the callers
 * that shared a read get its failure.
 *
 * @param read - Its result is shared too: callers must not change it.
 */
export function coalesceReads<Key extends string, Result>(read: (key: Key) => Promise<Result>) {
  const running = new Map<Key, Promise<unknown>>();
  const waiting = new Map<Key, Promise<Result>>();
  return (key: Key): Promise<Result> => {
    const shared = waiting.get(key) ?? next(key);
    waiting.set(key, shared);
    return shared;
  };

  async function next(key: Key): Promise<Result> {
    await running.get(key);
    await endOfTick();
    waiting.delete(key);
    const result = read(key);
    const end = Promise.allSettled([result]);
    running.set(key, end);
    try {
      return await result;
    } finally {
      if (running.get(key) === end) running.delete(key);
    }
  }
}
