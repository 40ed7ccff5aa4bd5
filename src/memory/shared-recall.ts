import { LRUCache } from "lru-cache";
import type { EpisodicMemory } from "./episodic-memory.js";

type Reading = Pick<EpisodicMemory, "latest" | "similar">;

/** Searches remembered at most; one holds the few episodes that it found. */
const most = 1_000;

/**
 * Memory that answers the same question once in a run of an alignment: parent and candidate are compared on what the same
 * search gave both, and the search is made once. What failed or was degraded is not remembered.
 *
 * @returns A reading of memory for each run, by the run's id.
 */
export function createSharedRecall(episodes: Reading): (runId: string) => Reading {
  const found = new LRUCache<string, Promise<unknown>>({ max: most });
  function once<Found>(
    key: unknown[],
    search: () => Promise<Found>,
    isWhole: (of: Found) => boolean,
  ) {
    const name = JSON.stringify(key);
    const known = found.get(name) as Promise<Found> | undefined;
    if (known !== undefined) return known;
    const begun = search();
    found.set(name, begun);
    begun.then(
      (result) => isWhole(result) || found.delete(name),
      () => found.delete(name),
    );
    return begun;
  }
  return (runId) => ({
    latest: (...asked) =>
      once(
        [runId, "latest", ...asked],
        () => episodes.latest(...asked),
        () => true,
      ),
    similar: (...asked) =>
      once(
        [runId, "similar", ...asked],
        () => episodes.similar(...asked),
        ({ degraded }) => degraded.length === 0,
      ),
  });
}
