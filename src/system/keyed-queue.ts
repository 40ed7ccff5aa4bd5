import { LRUCache } from "lru-cache";

/** Runs the tasks of one key one after another, in the order of the calls; tasks of other keys run concurrently. */
export interface KeyedQueue {
  /** A task must not wait for another task of its own key. */
  run<T>(key: string, task: (turn: QueueTurn) => Promise<T>): Promise<T>;
  /** Whether a task of this key runs or waits. */
  isBusy(key: string): boolean;
}

/** A task's turn, by which a later one can tell whether another came between. */
export interface QueueTurn {
  readonly id: number;
  /** Of the key's task before this one; undefined where it is not known any more. */
  readonly previous: number | undefined;
}

/** Keys whose last task is known. */
const mostKnown = 10_000;

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<void>>();
  const latest = new LRUCache<string, number>({ max: mostKnown });
  let turns = 0;
  return {
    run(key, task) {
      const result = (tails.get(key) ?? Promise.resolve()).then(() => {
        const turn = { id: (turns += 1), previous: latest.get(key) };
        latest.set(key, turn.id);
        return task(turn);
      });
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
