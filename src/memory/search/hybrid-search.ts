import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import type { CachedEmbedder } from "./cached-embedder.js";
import type { EpisodeIndex, IndexHit } from "../index/episode-index.js";
import { askedWords, embeddedText, searchedWords } from "../index/indexed-text.js";
import type { Recall, RecalledEpisode } from "../episodes/episodic-memory.js";
import { reciprocalRankFusion, rankByWords } from "./reciprocal-rank-fusion.js";
import { outboxIds, type OutboxEntry } from "../index/index-outbox.js";
import { userNamespaces } from "../namespaces.js";
import { recentSize, type RecentPointers } from "../episodes/recent-episodes.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import type { Degradations } from "./degradations.js";
import type { VisibleEpisodes } from "../episodes/recall-bounds.js";
import { lookupWords } from "./query-terms.js";

/** What the index half of memory is to a search. */
export interface RecallUpkeep {
  isCurrent(user: UserKey): Promise<boolean>;
  /** The index looks emptier than it can be: look again whether it is current. */
  invalidate(): void;
  /** Starts filling the index from the store, in the background. */
  rebuild(user: UserKey): void;
  /** Brings some marked episodes into the index now and the others later; gives the marks still open. */
  drain(
    user: UserKey,
    outbox: readonly OutboxEntry[],
    degradations: Degradations,
  ): Promise<readonly OutboxEntry[]>;
  /** The index knows ids that the store does not. */
  forget(user: UserKey, ids: readonly string[]): void;
}

interface Search {
  readonly user: UserKey;
  readonly query: string;
  readonly limit: number;
  readonly visible: VisibleEpisodes;
  readonly pointers: RecentPointers;
  readonly outbox: readonly OutboxEntry[];
  readonly degradations: Degradations;
}

/** Ids in the order of one kind of nearness, the texts to rank by words, and episodes read on the way. */
interface Candidates {
  readonly nearest: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  readonly read: ReadonlyMap<string, Episode>;
}

/**
 * The search behind `similar`: vector hits and hits of the query's rarest words, ranked by BM25 over both, merged by
 * reciprocal rank. What the index does not have yet takes part by its words, read from the store; when the index
 * cannot be used at all, the latest episodes do.
 */
export function createHybridRecall(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  upkeep: RecallUpkeep,
) {
  return async (search: Search): Promise<Recall> => {
    const { query, degradations } = search;
    const [vectors, isUsable] = await Promise.all([
      degradations.attempt("embeddings-unavailable", () => embedder.embed([embeddedText(query)])),
      canUseIndex(search),
    ]);
    const candidates =
      (isUsable ? await fromIndex(search, vectors?.[0]) : null) ??
      (await fromStore(search, [...search.pointers.keys()].slice(0, recentSize)));
    return { recalled: await bestOf(search, candidates), degraded: degradations.kinds() };
  };

  async function canUseIndex({ user, degradations }: Search): Promise<boolean> {
    const state = await degradations.attempt("index-unavailable", async () =>
      (await upkeep.isCurrent(user)) ? "current" : "outdated",
    );
    if (state !== "outdated") return state === "current";
    degradations.note("index-rebuilding");
    upkeep.rebuild(user);
    return false;
  }

  /** Null when the index turns out to be of no use. */
  async function fromIndex(
    search: Search,
    vector: readonly number[] | undefined,
  ): Promise<Candidates | null> {
    const { user, visible, outbox, degradations } = search;
    const open =
      vector === undefined || outbox.length === 0
        ? outbox
        : await upkeep.drain(user, outbox, degradations);
    const hits = await degradations.attempt("index-unavailable", () => hitsOf(search, vector));
    if (hits === null) return null;
    const { nearest, containing, wanted } = hits;
    // Bounds in time aside, everything is near enough to be given. Far less than there must be, and the index may have
    // been emptied behind our back.
    const waitingIds = outboxIds(open);
    const indexed = search.pointers.size - waitingIds.length;
    if (
      vector !== undefined &&
      visible.isTimeless &&
      2 * nearest.length < Math.min(wanted, indexed)
    ) {
      upkeep.invalidate();
      if (!(await canUseIndex(search))) return null;
    }
    const waiting = await fromStore(search, waitingIds.slice(0, recentSize));
    return {
      nearest: nearest.map(({ id }) => id),
      texts: new Map([
        ...[...nearest, ...containing].map((hit) => [hit.id, hit.words] as const),
        ...waiting.texts,
      ]),
      read: waiting.read,
    };
  }

  /** By vector and by words; with bounds of single episodes, as many as it takes to see past what they leave out. */
  async function hitsOf(
    { user, query, limit, visible }: Search,
    vector: readonly number[] | undefined,
  ) {
    const words = lookupWords(askedWords(query));
    const none: IndexHit[] = [];
    // More than asked: some hits are dropped, and words may order them differently.
    for (let wanted = Math.max(20, 4 * limit) + visible.excludedCount; ; wanted *= 4) {
      const [nearest, containing] = await Promise.all([
        vector === undefined ? none : index.vectorSearch(user, vector, wanted, visible.indexBounds),
        words.length === 0
          ? none
          : index.keywordSearch(user, words, 3 * wanted, visible.indexBounds),
      ]);
      const found = new Set([...nearest, ...containing].map(({ id }) => id));
      const isCut = nearest.length >= wanted || containing.length >= 3 * wanted;
      // An index tells one millisecond's episodes apart no more than it can leave single ids out.
      if (!isCut || [...found].filter((id) => visible.includes(id)).length >= limit)
        return { nearest, containing, wanted };
    }
  }

  async function fromStore({ user, visible }: Search, ids: readonly string[]): Promise<Candidates> {
    const keys = ids.filter((id) => visible.includes(id));
    const episodes = await access.get(episodeRecord, userNamespaces(user).episodes, keys);
    const read = new Map(
      episodes.filter((episode) => episode !== null).map((episode) => [episode.id, episode]),
    );
    const texts = new Map([...read].map(([id, episode]) => [id, searchedWords(episode)]));
    return { nearest: [], texts, read };
  }

  /** Walks down the merged ranking until enough episodes were found in the store. */
  async function bestOf(search: Search, { nearest, texts, read }: Candidates) {
    const { user, query, limit, visible } = search;
    const seen = [...texts].filter(([id]) => visible.includes(id));
    const byWords = rankByWords(
      askedWords(query),
      seen.map(([id, words]) => ({ id, words })),
    );
    const ranking = reciprocalRankFusion([nearest.filter((id) => visible.includes(id)), byWords]);
    const recalled: RecalledEpisode[] = [];
    const gone: string[] = [];
    for (let from = 0; from < ranking.length && recalled.length < limit; from += limit) {
      const some = ranking.slice(from, from + limit);
      const missing = some.map(({ id }) => id).filter((id) => !read.has(id));
      const stored = await access.get(episodeRecord, userNamespaces(user).episodes, missing);
      const found = new Map(missing.map((id, place) => [id, stored[place] ?? null]));
      for (const { id, score } of some) {
        const episode = read.get(id) ?? found.get(id) ?? null;
        if (episode === null) gone.push(id);
        else if (recalled.length < limit) recalled.push({ episode, score });
      }
    }
    if (gone.length > 0) upkeep.forget(user, gone);
    return recalled;
  }
}
