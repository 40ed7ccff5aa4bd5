import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { CachedEmbedder } from "../search/cached-embedder.js";
import type { EpisodeIndex } from "./episode-index.js";
import type { MemoryDegradation } from "../episodes/episodic-memory.js";
import type { RecallUpkeep } from "../search/hybrid-search.js";
import { acknowledge, type OutboxEntry } from "./index-outbox.js";
import { createIndexRebuild } from "./index-rebuild.js";
import { createIndexWriter } from "./index-writer.js";
import type { Seals } from "./sealed-entries.js";
import type { KnownEpisodes, TimeLine } from "./thread-context.js";
import type { KeyedQueue, QueueTurn } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import {
  createDegradations,
  type ReportDegradation,
  type Degradations,
} from "../search/degradations.js";

/** All that keeps the index as the store says. Methods with "held" want the user's queue held by the caller. */
export interface IndexUpkeep extends RecallUpkeep {
  newDegradations(): Degradations;
  /** Held. Writes episodes as they were stored in this turn of the user's queue or the one before, else as they are now. */
  indexEpisodes(
    user: UserKey,
    stored: StoredEpisodes,
    turn: QueueTurn,
    degradations: Degradations,
  ): Promise<void>;
  /** Held. The same in the background, for a caller who has somebody waiting: until then a search reads them from the store. */
  indexSoon(user: UserKey, stored: StoredEpisodes): void;
  /** Held. Removes an episode just deleted and acknowledges its entry. */
  removeFromIndex(user: UserKey, entry: OutboxEntry, degradations: Degradations): Promise<void>;
  reindex(user: UserKey, onProgress: (episodes: number) => void): Promise<void>;
  settled(): Promise<void>;
}

/** Episodes that the store has and the index may not. */
export interface StoredEpisodes {
  /** With their neighbours. */
  readonly episodes: readonly Episode[];
  readonly entry: OutboxEntry;
  /** The turn of the user's queue in which they were stored. */
  readonly turn: QueueTurn;
  /** Whether the user had none before. */
  readonly isFirst: boolean;
  /** Of which some are drained too if the index takes these. */
  readonly older: readonly OutboxEntry[];
  readonly timeLine?: TimeLine | undefined;
  readonly known?: KnownEpisodes | undefined;
}

export function createIndexUpkeep(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  queue: KeyedQueue,
  report: ReportDegradation,
  seals: Seals,
): IndexUpkeep {
  const writer = createIndexWriter(access, index, embedder, queue, seals);
  const rebuilds = createIndexRebuild(access, index, writer, queue);
  const background = new Map<string, Promise<void>>();

  const newDegradations = () =>
    createDegradations((kind, error) => {
      if (kind === "index-unavailable") rebuilds.invalidate();
      report(kind, error);
    });

  /** One task of a name at a time; its failure is reported, and the next call that needs it starts it again. */
  function inBackground(name: string, task: () => Promise<void>) {
    if (background.has(name)) return;
    const end = task()
      .catch((error: unknown) => {
        // Whoever erased the user wants it so.
        if (!PersonaAgentError.is(error, "memory-user-erased")) report(kindOf(error), error);
      })
      .finally(() => background.delete(name));
    background.set(name, end);
  }

  async function drain(user: UserKey, outbox: readonly OutboxEntry[], degradations: Degradations) {
    const left = await writer.drain(user, outbox, degradations);
    if (left.length > 0 && left.length < outbox.length)
      inBackground(`outbox ${user}`, () => writer.drainAll(user, newDegradations()));
    return left;
  }

  async function indexEpisodes(
    user: UserKey,
    { episodes, entry, turn: storedIn, isFirst, older, ...around }: StoredEpisodes,
    turn: QueueTurn,
    degradations: Degradations,
  ): Promise<void> {
    const ids = episodes.map(({ id }) => id);
    rebuilds.excludeFromRebuild(user, ids);
    const identity = isFirst
      ? await degradations.attempt("index-unavailable", () => index.identity(user))
      : null;
    // The index was away just now; its entry stays.
    if (isFirst && identity === null) return;
    const state = identity === null ? [] : [rebuilds.stateChange(user, identity)];
    if (turn.id === storedIn.id || turn.previous === storedIn.id) {
      const isTaken = await writer.write(user, episodes, degradations, around);
      await writer.settle(user, ids, [...(isTaken ? [acknowledge(user, entry)] : []), ...state]);
    } else {
      // Something else of the user came between, and may have changed or deleted what was stored.
      await writer.drain(user, [entry], degradations);
      await writer.settle(user, ids, state);
    }
    if (older.length > 0 && degradations.kinds().length === 0)
      await drain(user, older, degradations);
  }

  return {
    newDegradations,
    isCurrent: rebuilds.isCurrent,
    isWriting: (user) => queue.isBusy(user),
    invalidate: rebuilds.invalidate,
    rebuild: (user) => inBackground(`rebuild ${user}`, () => rebuilds.rebuild(user)),
    // While a write goes on, its episodes are found by their words; waiting for an import would hold the turn up.
    drain: async (user, outbox, degradations) =>
      queue.isBusy(user) ? outbox : queue.run(user, () => drain(user, outbox, degradations)),
    forget: (user, ids) =>
      inBackground(`orphans ${user}`, () =>
        queue.run(user, async () => {
          const stored = await access.get(episodeRecord, userNamespaces(user).episodes, ids);
          await index.remove(
            user,
            ids.filter((_, place) => stored[place] === null),
          );
        }),
      ),
    indexEpisodes,
    indexSoon: (user, stored) =>
      // Each has a name: an entry that is stored twice is written twice.
      inBackground(`episodes ${stored.turn.id}`, () =>
        queue.run(user, (turn) => indexEpisodes(user, stored, turn, newDegradations())),
      ),
    async removeFromIndex(user, entry, degradations) {
      rebuilds.excludeFromRebuild(user, entry.ids);
      await writer.drain(user, [entry], degradations);
    },
    reindex: rebuilds.reindex,
    async settled() {
      while (background.size > 0) await Promise.all(background.values());
    },
  };
}

function kindOf(error: unknown): MemoryDegradation {
  if (PersonaAgentError.is(error, "memory-store-unavailable")) return "store-unavailable";
  if (PersonaAgentError.is(error) && error.code.startsWith("model-"))
    return "embeddings-unavailable";
  return "index-unavailable";
}
