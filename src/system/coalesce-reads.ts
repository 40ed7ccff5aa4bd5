/**
 * Lets callers that ask for the same at once share one read: an alignment's simulations all look up one user's latest episodes.
 * Nobody is given a read that began before they asked, so whoever has written reads what they wrote. A failure is only
 * that of those who shared the read.
 *
 * @param read - What is given is shared as well: callers must not change it.
 */
export function coalesceReads<Key extends string, Result>(read: (key: Key) => Promise<Result>) {
  const begun = new Map<Key, Promise<unknown>>();
  const waiting = new Map<Key, Promise<Result>>();
  return (key: Key): Promise<Result> => {
    const shared = waiting.get(key) ?? next(key);
    waiting.set(key, shared);
    return shared;
  };

  async function next(key: Key): Promise<Result> {
    await begun.get(key);
    waiting.delete(key);
    const reading = read(key);
    const over = reading.then(
      () => {},
      () => {},
    );
    begun.set(key, over);
    try {
      return await reading;
    } finally {
      if (begun.get(key) === over) begun.delete(key);
    }
  }
}
