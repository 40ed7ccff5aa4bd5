import { type Episode, orderOfId } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import type { CachedEmbedder } from "./cached-embedder.js";
import { isDayTerm, withLocalDay } from "./date-terms.js";
import type { EpisodeIndex, IndexHit } from "../index/episode-index.js";
import { alone, askedWords, embeddedText, searchedWords } from "../index/indexed-text.js";
import type { Seal, Seals } from "../index/sealed-entries.js";
import { surroundingsAmong } from "../index/thread-context.js";
import { dot, toUnit } from "../index/unit-vector.js";
import type { AskedDay, Recall, RecalledEpisode } from "../episodes/episodic-memory.js";
import { createCopyFilter } from "./copies.js";
import { diversify } from "./diversify.js";
import { type FoundHits, rankByRelevance, type RankedId } from "./relevance.js";
import { outboxIds, type OutboxEntry } from "../index/index-outbox.js";
import { userNamespaces } from "../namespaces.js";
import { isWhole, recentSize, type RecentPointers } from "../episodes/recent-episodes.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import type { Degradations } from "./degradations.js";
import type { VisibleEpisodes } from "../episodes/recall-bounds.js";
import { queryTerms, type QueryTerms, type TermForms } from "./query-terms.js";

/** What the index half of memory is to a search. */
export interface RecallUpkeep {
  isCurrent(user: UserKey): Promise<boolean>;
  /** Whether entries of the user are being written. */
  isWriting(user: UserKey): boolean;
  /** The index looks emptier than it can be: look again whether it is current. */
  invalidate(): void;
  /** Starts filling the index from the store, in the background. */
  rebuild(user: UserKey): void;
  /** Brings the episodes of some outbox entries into the index now and the others later; gives the entries still open. */
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
  /** The query's vector alone, in a list. */
  readonly embedding: ReturnType<CachedEmbedder["embed"]>;
  readonly asked: AskedDay;
  readonly limit: number;
  readonly visible: VisibleEpisodes;
  readonly pointers: RecentPointers;
  readonly outbox: readonly OutboxEntry[];
  /** Null where the user had no entries when this was read. */
  readonly seal: Seal | null;
  readonly degradations: Degradations;
}

interface AskedOfIndex {
  /** The question's, sealed. */
  readonly vector: readonly number[] | undefined;
  /** The same as the embeddings gave it. */
  readonly given: readonly number[] | undefined;
  /** As `queryTerms` gives them. */
  readonly lookups: readonly string[];
  /** Ids that the index may not know yet, newest first. */
  readonly waitingIds: readonly string[];
  /** How many of the nearest at least; three times as many by words. */
  readonly wanted: number;
}

/** What may be recalled: hits, with the episodes that were read on the way. */
interface Candidates extends FoundHits {
  readonly read: ReadonlyMap<string, Episode>;
  /** The index has more, which were not asked for. */
  readonly hasMore: boolean;
}

/** A search is widened so often to see past copies of one question; each time it asks for four times as much. */
const mostWidenings = 3;

/** Among how many times as many of the best the ones that are recalled are chosen. */
const choice = 3;

function areAllWaiting({ pointers, outbox }: Search): boolean {
  const waiting = new Set(outboxIds(outbox));
  return isWhole(pointers) && [...pointers.keys()].every((id) => waiting.has(id));
}

/** An index knows days in UTC; "yesterday" is the user's. Only a question that names a day needs the difference. */
function whereUserIs(
  hits: readonly IndexHit[],
  terms: readonly TermForms[],
  { timeZone }: AskedDay,
): readonly IndexHit[] {
  if (timeZone === "UTC" || !terms.flat().some(isDayTerm)) return hits;
  return hits.map((hit) => ({
    ...hit,
    words: withLocalDay(hit.words, orderOfId(hit.id), timeZone),
  }));
}

/** What is read from the store has a question's terms as they are, and what the index gives has them sealed. */
function sealedTerms({ ranking, lookups }: QueryTerms, seal: Seal | null): QueryTerms {
  if (seal === null) return { ranking, lookups };
  return {
    ranking: ranking.map((forms) => [...new Set([...forms, ...forms.map(seal.words)])]),
    lookups: lookups.map(seal.words),
  };
}

/**
 * The search behind `similar`: vector hits and hits of the question's rarest terms, ranked by both together, copies of
 * one question left out. What the index does not have yet takes part by its words, read from the store; when the index
 * cannot be used at all, the latest episodes do.
 */
export function createHybridRecall(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  upkeep: RecallUpkeep,
  seals: Pick<Seals, "find">,
) {
  return async (search: Search): Promise<Recall> => {
    const { user, query, asked, degradations, limit } = search;
    const plain = queryTerms(askedWords(query), asked);
    const [vectors, isUsable, seal] = await Promise.all([
      degradations.attempt("embeddings-unavailable", () => search.embedding),
      canUseIndex(search),
      search.seal ?? seals.find(user),
    ]);
    const { ranking: terms, lookups } = sealedTerms(plain, seal);
    const [given] = vectors ?? [];
    const vector = given && (seal?.vector(given) ?? given);
    const waitingIds = isUsable ? outboxIds(await openOutbox(search, vector)) : [];
    for (let widening = 0; ; widening += 1) {
      const wanted = Math.max(20, 4 * limit) * 4 ** widening;
      const candidates =
        (isUsable
          ? await fromIndex(search, { vector, given, lookups, waitingIds, wanted })
          : null) ??
        (await fromStore(
          search,
          [...search.pointers.keys()].slice(0, recentSize),
          // A few vectors among many episodes without would say little.
          degradations.kinds().length === 0 ? given : undefined,
        ));
      const local = { ...candidates, hits: whereUserIs(candidates.hits, terms, asked) };
      const ranking = rankByRelevance(terms, local, embedder.vectorWeight);
      const recalled = await bestOf(search, ranking, candidates.read);
      const isEnough = recalled.length >= limit || !candidates.hasMore;
      if (isEnough || widening === mostWidenings)
        return { recalled, degraded: degradations.kinds() };
    }
  };

  async function canUseIndex(search: Search): Promise<boolean> {
    const { user, degradations } = search;
    const isWriting = upkeep.isWriting(user);
    const state = await degradations.attempt("index-unavailable", async () =>
      (await upkeep.isCurrent(user)) ? "current" : "outdated",
    );
    if (state !== "outdated") return state === "current";
    // A new user's first episodes, which are on their way.
    if (isWriting && areAllWaiting(search)) return false;
    degradations.note("index-rebuilding");
    upkeep.rebuild(user);
    return false;
  }

  /** What is left of the outbox after some of it was brought into the index, which takes a model of embeddings. */
  async function openOutbox(
    { user, outbox, degradations }: Search,
    vector: AskedOfIndex["vector"],
  ) {
    if (vector === undefined || outbox.length === 0) return outbox;
    return upkeep.drain(user, outbox, degradations);
  }

  /** Null when the index turns out to be of no use. */
  async function fromIndex(search: Search, asked: AskedOfIndex): Promise<Candidates | null> {
    const { visible, degradations } = search;
    const { waitingIds } = asked;
    const found = await degradations.attempt("index-unavailable", () => hitsOf(search, asked));
    if (found === null) return null;
    // Bounds in time aside, everything is near enough to be given. Far less than there must be, and the index may have
    // been emptied behind our back.
    const indexed = search.pointers.size - waitingIds.length;
    if (
      asked.vector !== undefined &&
      visible.isTimeless &&
      2 * found.nearCount < Math.min(found.wanted, indexed)
    ) {
      upkeep.invalidate();
      if (!(await canUseIndex(search))) return null;
    }
    const waiting = await fromStore(search, waitingIds.slice(0, recentSize), asked.given);
    // What the store says stands above what the index had before.
    const hits = new Map([...found.hits, ...waiting.hits].map((hit) => [hit.id, hit]));
    const nearest = new Map([...found.nearest, ...waiting.nearest].map((hit) => [hit.id, hit]));
    return {
      ...found,
      hits: [...hits.values()],
      nearest: [...nearest.values()],
      read: waiting.read,
    };
  }

  /** By vector and by words; with bounds of single episodes, as many as it takes to see past what they leave out. */
  async function hitsOf({ user, limit, visible }: Search, asked: AskedOfIndex) {
    const { vector, lookups } = asked;
    // More than asked: some hits are dropped, and words may order them differently.
    for (let wanted = asked.wanted + visible.excludedCount; ; wanted *= 4) {
      const [near, containing] = await Promise.all([
        vector === undefined ? [] : index.vectorSearch(user, vector, wanted, visible.indexBounds),
        lookups.length === 0
          ? []
          : index.keywordSearch(user, lookups, 2 * wanted, visible.indexBounds),
      ]);
      const nearest = near.filter(({ id }) => visible.includes(id));
      const all = [...nearest, ...containing.filter(({ id }) => visible.includes(id))];
      const hits = [...new Map(all.map((hit) => [hit.id, hit])).values()];
      const hasMore = near.length >= wanted || containing.length >= 2 * wanted;
      // An index tells one millisecond's episodes apart no more than it can leave single ids out.
      if (!hasMore || hits.length >= limit)
        return { nearest, hits, wanted, hasMore, nearCount: near.length };
    }
  }

  /** By their words, and by their vectors where this process knows them, as it does of what it has just written. */
  async function fromStore(
    { user, visible }: Search,
    ids: readonly string[],
    vector: AskedOfIndex["given"],
  ): Promise<Candidates> {
    const keys = ids.filter((id) => visible.includes(id));
    const stored = await access.get(episodeRecord, userNamespaces(user).episodes, keys);
    const episodes = stored.filter((episode) => episode !== null);
    const surroundings = surroundingsAmong(episodes);
    const hits = episodes.map((episode, place) => ({
      id: episode.id,
      words: searchedWords(episode, surroundings[place] ?? alone),
    }));
    const read = new Map(episodes.map((episode) => [episode.id, episode]));
    const texts = episodes.map(({ query }) => embeddedText(query));
    const vectors = vector === undefined ? null : await embedder.known(texts);
    const unit = toUnit(vector ?? []);
    const nearest = (vectors ?? []).flatMap((each, place) => {
      const hit = hits[place];
      return hit === undefined ? [] : [{ ...hit, nearness: dot(toUnit(each), unit) }];
    });
    return { nearest, hits, read, hasMore: false };
  }

  /** Walks down the ranking until enough episodes were found in the store that are no copies of one before, and chooses. */
  async function bestOf(
    { user, limit }: Search,
    ranking: readonly RankedId[],
    read: ReadonlyMap<string, Episode>,
  ) {
    const best: RecalledEpisode[] = [];
    const gone: string[] = [];
    const isCopy = createCopyFilter();
    // Without true answers there is nothing to choose by.
    const isEnough = () =>
      best.length >= choice * limit ||
      (best.length >= limit && best.every(({ episode }) => episode.groundTruth === null));
    // As many as are chosen among, which is one look as a rule; then twice as many, for where there are many copies.
    for (let [from, size] = [0, choice * limit]; from < ranking.length && !isEnough(); size *= 2) {
      const some = ranking.slice(from, from + size);
      from += size;
      const missing = some.map(({ id }) => id).filter((id) => !read.has(id));
      const stored = await access.get(episodeRecord, userNamespaces(user).episodes, missing);
      const found = new Map(missing.map((id, place) => [id, stored[place] ?? null]));
      for (const { id, score } of some) {
        const episode = read.get(id) ?? found.get(id) ?? null;
        if (episode === null) gone.push(id);
        else if (!isCopy(episode)) best.push({ episode, score });
      }
    }
    if (gone.length > 0) upkeep.forget(user, gone);
    return diversify(best.slice(0, choice * limit), limit);
  }
}
