import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseStore } from "@langchain/langgraph-checkpoint";
import { createCachedEmbedder } from "./search/cached-embedder.js";
import type { EpisodeIndex } from "./index/episode-index.js";
import type { MemoryDegradation } from "./episodes/episodic-memory.js";
import type { Memory } from "./memory.js";
import { createStoreAccess } from "./store-access.js";
import { createAlignmentStatusStore } from "./personas/alignment-status-store.js";
import { createStoreEpisodicMemory } from "./episodes/store-episodic-memory.js";
import { createPersonaLog } from "./personas/persona-log.js";
import { createProfileLog } from "./personas/profile-log.js";

/**
 * Memory over a LangGraph store (the truth) and an index (which can be lost). Keep one for a process: what it
 * serializes and caches, it does so for its own calls.
 *
 * @param options.store - Any `BaseStore`, set up already; also the wrapper that nodes get as `runtime.store`.
 * @param options.onIndexError - Told of every failure of index or embeddings that a call worked around.
 */
export function createMemory(options: {
  readonly store: BaseStore;
  readonly index: EpisodeIndex;
  readonly embeddings: EmbeddingsInterface;
  readonly now: () => Date;
  readonly onIndexError?: (error: unknown, kind: MemoryDegradation) => void;
}): Memory {
  const { store, index, embeddings, now, onIndexError } = options;
  const access = createStoreAccess(store);
  const embedder = createCachedEmbedder(embeddings);
  return {
    episodes: createStoreEpisodicMemory(access, index, embedder, now, (kind, error) => {
      try {
        onIndexError?.(error, kind);
      } catch {
        // Whoever listens does so for himself: his failure is no reason to fail the call that went on.
      }
    }),
    profiles: createProfileLog(access),
    personas: createPersonaLog(access),
    alignments: createAlignmentStatusStore(access),
  };
}
