import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseStore } from "@langchain/langgraph-checkpoint";
import type { AlignmentStatus } from "../domain/alignment/alignment-status.js";
import type { ReflectionStatus } from "../domain/reflection-status.js";
import { type AcceptanceHistory, createAcceptanceHistory } from "./acceptance-history.js";
import type { EpisodicMemory, MemoryDegradation } from "./episodes/episodic-memory.js";
import { createStoreEpisodicMemory } from "./episodes/store-episodic-memory.js";
import type { EpisodeIndex } from "./index/episode-index.js";
import { createLocaleStore, type LocaleStore } from "./personas/locale-store.js";
import { createPersonaLog, type PersonaLog } from "./personas/persona-log.js";
import { createProfileLog, type ProfileLog } from "./personas/profile-log.js";
import {
  createAlignmentStatusStore,
  createReflectionStatusStore,
  type StatusStore,
} from "./personas/status-store.js";
import { createCachedEmbedder } from "./search/cached-embedder.js";
import type { ReportDegradation } from "./search/degradations.js";
import { createSpendingLog, type SpendingLog } from "./spending-log.js";
import { createStoreAccess } from "./store-access.js";
import { createUserArchives, type UserArchives } from "./user-archives.js";
import type { Visits } from "./visits.js";
import { createUserErasure, type UserErasure } from "./user-erasure.js";

/** Everything that is remembered of users, over one store and one index. */
export interface Memory {
  readonly episodes: EpisodicMemory;
  readonly profiles: ProfileLog;
  readonly personas: PersonaLog;
  readonly alignments: StatusStore<AlignmentStatus>;
  readonly reflections: StatusStore<ReflectionStatus>;
  readonly locales: LocaleStore;
  readonly spending: SpendingLog;
  /** Of all users together. */
  readonly acceptance: AcceptanceHistory;
}

/** Memory, and what takes a user out of it as a whole. */
export interface MemoryWithUserData extends Memory {
  readonly archives: UserArchives;
  readonly visits: Visits;
  /** Entries that are stored and not yet in the index, of all users; `null` where the store cannot count them quickly. */
  unindexed(): Promise<number | null>;
  readonly erasure: UserErasure;
}

/**
 * Memory over a LangGraph store (the truth) and an index (a cache). Create one per process, because its queues and
 * caches cover only its own calls.
 *
 * @param options.store - Any `BaseStore` that is set up and takes batches.
 * @param options.onIndexError - Called for every failure of index or embeddings that a call worked around.
 */
export function createMemory(options: {
  readonly store: BaseStore;
  readonly index: EpisodeIndex;
  readonly embeddings: EmbeddingsInterface;
  readonly now: () => Date;
  readonly onIndexError?: (error: unknown, kind: MemoryDegradation) => void;
}): MemoryWithUserData {
  const { store, index, embeddings, now, onIndexError } = options;
  const access = createStoreAccess(store);
  const embedder = createCachedEmbedder(embeddings);
  const logs = { profiles: createProfileLog(access), personas: createPersonaLog(access) };
  const report: ReportDegradation = (kind, error) => {
    try {
      onIndexError?.(error, kind);
    } catch {
      // A listener's exception must not fail the call.
    }
  };
  const queue = access.createUserQueue();
  const parts = {
    episodes: createStoreEpisodicMemory(access, index, embedder, now, report, logs, queue),
    ...logs,
    alignments: createAlignmentStatusStore(access),
    locales: createLocaleStore(access),
    spending: createSpendingLog(access),
    reflections: createReflectionStatusStore(access),
  };
  return {
    ...parts,
    visits: access.visits,
    unindexed: access.unindexed,
    acceptance: createAcceptanceHistory(access, now),
    archives: createUserArchives(access, parts, now),
    erasure: createUserErasure(access, index, embedder, queue),
  };
}
