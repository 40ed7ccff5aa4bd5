/** Runs the tasks of one key one after another, in the order of the calls; tasks of other keys run concurrently. */
export interface KeyedQueue {
  /** A task must not wait for another task of its own key. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** Whether a task of this key runs or waits. */
  isBusy(key: string): boolean;
}

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<void>>();
  return {
    run(key, task) {
      const result = (tails.get(key) ?? Promise.resolve()).then(task);
      const release = () => {
        if (tails.get(key) === tail) tails.delete(key);
      };
      const tail: Promise<void> = result.then(release, release);
      tails.set(key, tail);
      return result;
    },
    isBusy: (key) => tails.has(key),
  };
}
