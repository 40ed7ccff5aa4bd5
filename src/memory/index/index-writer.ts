import { orderOfId, type Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import type { CachedEmbedder } from "../search/cached-embedder.js";
import type { EpisodeIndex } from "./episode-index.js";
import { alone, embeddedText, searchedWords } from "./indexed-text.js";
import {
  outboxIds,
  outboxEntrySize,
  readOutbox,
  acknowledge,
  type OutboxEntry,
} from "./index-outbox.js";
import type { Seals } from "./sealed-entries.js";
import type { KeyedQueue } from "../../system/keyed-queue.js";
import { type Around, readSurroundings } from "./thread-context.js";
import { userNamespaces } from "../namespaces.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Degradations } from "../search/degradations.js";

export interface IndexWriter {
  /**
   * Embeds episodes and writes them, with what surrounds them. False, with the degradation noted, when the index has not
   * taken them.
   *
   * @param around - What was read of the episodes around them; what it lacks is read.
   */
  write(
    user: UserKey,
    episodes: readonly Episode[],
    degradations: Degradations,
    around?: Around,
  ): Promise<boolean>;
  /** Drains at least one entry, and up to `outboxEntrySize` ids of them. The caller holds the user's queue. */
  drain(
    user: UserKey,
    outbox: readonly OutboxEntry[],
    degradations: Degradations,
  ): Promise<OutboxEntry[]>;
  /** Writes what tells that the index took these episodes; of an erased user it takes them out again, and rejects. */
  settle(user: UserKey, ids: readonly string[], changes: readonly StoreChange[]): Promise<void>;
  /** Drains all entries of the user, some at a time, until none is left or one cannot be drained. */
  drainAll(user: UserKey, degradations: Degradations): Promise<void>;
}

/** Brings the index up to what the store says, episode by episode. */
export function createIndexWriter(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  queue: KeyedQueue,
  seals: Seals,
): IndexWriter {
  const writer: IndexWriter = {
    async write(user, episodes, degradations, around) {
      if (episodes.length === 0) return true;
      const [vectors, surroundings, seal] = await Promise.all([
        degradations.attempt("embeddings-unavailable", () =>
          embedder.embed(episodes.map(({ query }) => embeddedText(query))),
        ),
        readSurroundings(access, user, episodes, around),
        seals.make(user),
      ]);
      if (vectors === null) return false;
      const entries = episodes.map((episode, place) => ({
        id: episode.id,
        order: orderOfId(episode.id),
        words: seal.words(searchedWords(episode, surroundings[place] ?? alone)),
        vector: seal.vector(vectors[place] ?? []),
      }));
      return done(degradations, () => index.upsert(user, entries));
    },
    async drain(user, outbox, degradations) {
      const some = firstOf(outbox);
      const ids = outboxIds(some);
      const stored = await access.get(episodeRecord, userNamespaces(user).episodes, ids);
      const gone = ids.filter((_, place) => stored[place] === null);
      const there = stored.filter((episode) => episode !== null);
      const isTaken =
        (gone.length === 0 || (await done(degradations, () => index.remove(user, gone)))) &&
        (await writer.write(user, there, degradations));
      if (!isTaken) return [...outbox];
      await writer.settle(
        user,
        ids,
        some.map((entry) => acknowledge(user, entry)),
      );
      return outbox.slice(some.length);
    },
    async settle(user, ids, changes) {
      try {
        await access.write(changes);
      } catch (error) {
        // Another process has erased the user between the episode and its entry in the index.
        if (PersonaAgentError.is(error, "memory-user-erased")) await takeOut(user, ids);
        throw error;
      }
    },
    async drainAll(user, degradations) {
      for (let more = true; more;)
        more = await queue.run(user, async () => {
          const outbox = await readOutbox(access, user);
          if (outbox.length === 0) return false;
          const left = await writer.drain(user, outbox, degradations);
          return left.length > 0 && left.length < outbox.length;
        });
    },
  };
  return writer;

  /** But for what the user has told again since. */
  async function takeOut(user: UserKey, ids: readonly string[]): Promise<void> {
    const { episodes } = userNamespaces(user);
    const visit = access.visits.open(user);
    const stored = await visit
      .run(() => access.get(episodeRecord, episodes, ids))
      .catch(() => [])
      .finally(() => visit.end());
    const gone = ids.filter((_, place) => (stored[place] ?? null) === null);
    await index.remove(user, gone);
  }
}

async function done(degradations: Degradations, task: () => Promise<void>): Promise<boolean> {
  const result = await degradations.attempt("index-unavailable", async () => {
    await task();
    return true as const;
  });
  return result === true;
}

function firstOf(outbox: readonly OutboxEntry[]): OutboxEntry[] {
  let ids = 0;
  return outbox.filter((entry, place) => {
    ids += entry.ids.length;
    return place === 0 || ids <= outboxEntrySize;
  });
}
