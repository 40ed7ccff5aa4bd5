import PQueue from "p-queue";

/** Called by work that waits for something outside of this process. A second call does nothing. */
export type Release = () => void;

/**
 * Lets only a few pieces of work of one name prepare at a time: the next one starts when one has called `release`, for
 * example because it waits for a server, or has ended. If all started at once, no request would be sent before the last
 * one is prepared.
 *
 * @param concurrency - 1 or more.
 */
export function createStaggeredStart(
  concurrency: number,
): <Result>(name: string, work: (release: Release) => Promise<Result>) => Promise<Result> {
  const queues = new Map<string, PQueue>();
  return (name, work) => {
    const queue = queues.get(name) ?? new PQueue({ concurrency });
    queues.set(name, queue);
    return new Promise((resolve, reject) => {
      const prepare = () =>
        new Promise<void>((done) => {
          // Not at once: the request is sent first.
          const release = () => void setImmediate(done);
          void work(release).then(resolve, reject).finally(release);
        });
      void queue.add(prepare).then(() => {
        if (queue.size + queue.pending === 0) queues.delete(name);
      });
    });
  };
}
