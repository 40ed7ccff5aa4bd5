import type { UserKey } from "../../domain/user-id.js";

/** What makes the vectors of an index. Other embeddings use other entries. */
export interface IndexedEmbedding {
  /** As configured: `offline`, `openai:text-embedding-3-small`. Any characters. */
  readonly name: string;
  readonly dimensions: number;
}

/** What the index keeps of one episode: enough to find it, nothing to answer from. The store is the truth. */
export interface IndexEntry {
  readonly id: string;
  /** The episode's place in time, `orderOfId(id)`: what time bounds are compared with. */
  readonly order: number;
  /** The terms that find the episode, as `searchedWords` gives them, each replaced by one that says nothing. */
  readonly words: string;
  /**
   * The embedding of the query alone, so that one request serves a turn's reading and its writing. Turned as all of the
   * user's: the angles between a user's vectors mean something, those between two users' nothing.
   */
  readonly vector: readonly number[];
}

/** Which episodes a search may see. Bounds are exclusive; leave-one-out is `before` with an episode's order. */
export interface IndexBounds {
  readonly after?: number;
  readonly before?: number;
}

export interface IndexHit {
  readonly id: string;
  readonly words: string;
}

export interface NearHit extends IndexHit {
  /** Cosine of the entry's vector and the one searched with: -1 to 1; of no meaning for a vector of zeros. */
  readonly nearness: number;
}

/**
 * An index over the episodes of all users. It can be lost and rebuilt from the store; a hit that the store
 * does not know is dropped by the caller. Every method throws `memory-index-unavailable` when the index
 * cannot be reached, and then nothing was written that a repeated call would not write again.
 */
export interface EpisodeIndex {
  /** A name for logs and results: `chroma` or `in-process`. */
  readonly kind: string;
  /**
   * What the user's entries physically live in: embedding, dimension and the collection's own id. It
   * changes when any of them does, and then the user's entries must be rebuilt.
   */
  identity(user: UserKey): Promise<string>;
  /** Writes entries; one with a known id replaces it. 0 or more; any order. */
  upsert(user: UserKey, entries: readonly IndexEntry[]): Promise<void>;
  /** The user's entries nearest to `vector`, nearest first, at most `limit`; ties by id, newest first. */
  vectorSearch(
    user: UserKey,
    vector: readonly number[],
    limit: number,
    bounds?: IndexBounds,
  ): Promise<NearHit[]>;
  /** At most `limit` entries with any of `words` (1 or more, lower case): rarest words first, then most, then newest. */
  keywordSearch(
    user: UserKey,
    words: readonly string[],
    limit: number,
    bounds?: IndexBounds,
  ): Promise<IndexHit[]>;
  /** Removes entries; unknown ids are ignored. */
  remove(user: UserKey, ids: readonly string[]): Promise<void>;
  /** Removes everything of the user. */
  clear(user: UserKey): Promise<void>;
}
