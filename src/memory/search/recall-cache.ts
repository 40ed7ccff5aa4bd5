import { LRUCache } from "lru-cache";
import type { Episode } from "../../domain/episode.js";
import { PersonaAgentError, type PersonaAgentErrorCode } from "../../system/errors.js";
import { keepPromise } from "../../system/keep-promise.js";
import type { EpisodicMemory, MemoryDegradation, Recall } from "../episodes/episodic-memory.js";

type Reading = Pick<EpisodicMemory, "get" | "latest" | "similar">;
type Recallable = Reading & Pick<EpisodicMemory, "settled">;

/** Answers remembered at most: searches with the few episodes that each found, and episodes. */
const most = 4_000;

/**
 * Memory that answers the same question once in a run of an alignment: parent and candidate are compared on what the same
 * search gave both, and the search is made once. Nor is an episode read again that was read before. What failed is not
 * remembered.
 *
 * A degraded search fails too: an answer given with less of memory than the other persona had would say nothing of the
 * personas. An index that is being rebuilt is waited for, once.
 *
 * @returns A reading of memory for each run, by the run's id. `similar` throws `memory-index-unavailable`,
 *   `memory-store-unavailable`, and `model-unavailable` for embeddings, where a turn would be `degraded`.
 */
export function createRecallCache(episodes: Recallable): (runId: string) => Reading {
  const found = new LRUCache<string, Promise<unknown>>({ max: most });
  function once<Found>(key: unknown[], search: () => Promise<Found>) {
    const name = JSON.stringify(key);
    const known = found.get(name) as Promise<Found> | undefined;
    return known ?? (keepPromise(found, name, search()) as Promise<Found>);
  }
  return (runId) => {
    /** What a search found need not be read again to be criticised. */
    const known = (userId: string, some: readonly Episode[]) => {
      for (const episode of some)
        void once([runId, "get", userId, episode.id], () => Promise.resolve(episode));
    };
    return {
      get: (...asked) => once([runId, "get", ...asked], () => episodes.get(...asked)),
      latest: (...asked) =>
        once([runId, "latest", ...asked], async () => {
          const latest = await episodes.latest(...asked);
          known(asked[0], latest);
          return latest;
        }),
      similar: (...asked) =>
        once([runId, "similar", ...asked], async () => {
          const found = await wholeRecall(episodes, asked);
          known(
            asked[0],
            found.recalled.map(({ episode }) => episode),
          );
          return found;
        }),
    };
  };
}

async function wholeRecall(
  episodes: Recallable,
  asked: Parameters<Reading["similar"]>,
): Promise<Recall> {
  let found = await episodes.similar(...asked);
  if (found.degraded.includes("index-rebuilding")) {
    await episodes.settled();
    found = await episodes.similar(...asked);
  }
  const [lacking] = found.degraded;
  if (lacking === undefined) return found;
  const [code, part] = lacks[lacking];
  throw new PersonaAgentError(
    code,
    `${part} while an item was simulated (${lacking}); expected the whole of memory, or scores would not compare. Run the alignment again when it is back: it goes on where it stopped.`,
    // Of memory, not of the item.
    { details: { isOfAll: true } },
  );
}

const lacks = {
  "store-unavailable": ["memory-store-unavailable", "Memory could not be read"],
  "index-unavailable": ["memory-index-unavailable", "The index could not be searched"],
  "index-rebuilding": ["memory-index-unavailable", "The index was still being rebuilt"],
  "embeddings-unavailable": ["model-unavailable", "The question could not be embedded"],
} as const satisfies Record<MemoryDegradation, readonly [PersonaAgentErrorCode, string]>;
