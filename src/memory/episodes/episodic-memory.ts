import type { Episode, Feedback } from "../../domain/episode.js";

/** Which episodes may be recalled. All bounds together; used for time ranges and for leave-one-out. */
export interface RecallBounds {
  /** Only what happened at or after this time, ISO 8601. Undated episodes are then left out. */
  readonly since?: string;
  /** Only what happened before this time, ISO 8601. */
  readonly until?: string;
  /** Only what came before this episode in the user's time line, and not the episode itself. */
  readonly beforeId?: string;
  /** Never these. */
  readonly excludeIds?: readonly string[];
}

export interface RecalledEpisode {
  readonly episode: Episode;
  /** Reciprocal-rank score of the merged search, above 0; higher is nearer. Comparable within one search only. */
  readonly score: number;
}

/**
 * What did not work as it should while the turn was answered all the same:
 * - `index-unavailable`: the index could not be reached; recall went by words over the latest episodes.
 * - `index-rebuilding`: the index is being rebuilt from the store; recall went by words meanwhile.
 * - `embeddings-unavailable`: no vector could be had; recall went by words alone.
 * - `store-unavailable`: memory could not be read or written at all.
 */
export type MemoryDegradation =
  | "index-unavailable"
  | "index-rebuilding"
  | "embeddings-unavailable"
  | "store-unavailable";

export interface Recall {
  /** Best first; at most as many as asked. */
  readonly recalled: RecalledEpisode[];
  readonly degraded: MemoryDegradation[];
}

export interface Written {
  /** As it stands in the store now. */
  readonly episode: Episode;
  /** Empty when the episode is also in the index; otherwise why not yet. It will be, without a command. */
  readonly degraded: MemoryDegradation[];
}

/** What a person gave for an episode. `groundTruth`: left out, a known one stays; `null` takes it away. */
export interface EpisodeChange {
  readonly groundTruth?: string | null;
  readonly feedback: Feedback;
}

/** Pages through episodes: newest first, from just before `before` (an episode id) when given. */
export interface ListOptions {
  readonly limit?: number;
  readonly before?: string;
}

export interface Progress {
  (done: number, total: number): void;
}

/**
 * A user's past interactions. The store is the truth and the index follows it: an episode that was
 * acknowledged is in the store, and comes into the index at once or, when the index is away, by itself
 * at a later call. User ids are as callers know them; every method throws `config-user-invalid` for a bad
 * one and `memory-store-unavailable` when the store cannot be reached. Values handed out are copies.
 */
export interface EpisodicMemory {
  /**
   * Writes one episode. Idempotent by id: an equal one changes nothing; one with another response (a
   * regenerated or forked turn) replaces the response and keeps the old one in `replacedResponses`; a
   * true answer and feedback already there are never lost.
   */
  add(userId: string, episode: Episode): Promise<Written>;
  /** Writes many, embedding them in batches. `progress` is told after each batch. Same rules as `add`. */
  addMany(
    userId: string,
    episodes: readonly Episode[],
    progress?: Progress,
  ): Promise<{ readonly added: number; readonly degraded: MemoryDegradation[] }>;
  get(userId: string, id: string): Promise<Episode | null>;
  /**
   * A true answer, or a judgement, arrives for an episode.
   *
   * @param change - Or a function of the episode as it stands, called once while nothing else in this process changes
   *   it; with `null` nothing is written.
   * @throws {PersonaAgentError} `config-episode-unknown` when this user has no such episode.
   */
  update(
    userId: string,
    id: string,
    change: EpisodeChange | ((stored: Episode) => EpisodeChange | null),
  ): Promise<Written>;
  /** @returns Whether there was such an episode. It is gone from store and index. */
  delete(userId: string, id: string): Promise<boolean>;
  list(userId: string, options?: ListOptions): Promise<Episode[]>;
  /** The newest episodes, newest first, at most `limit` and never more than 256. Reads the same amount whatever the history's length. */
  latest(userId: string, limit: number, bounds?: RecallBounds): Promise<Episode[]>;
  /** The episodes most like `query`, by vector and by words, merged; one embedding request, no model call. */
  similar(userId: string, query: string, limit: number, bounds?: RecallBounds): Promise<Recall>;
  /** The id of an episode already written for this turn identity, among the latest 256; null if none. */
  findTurn(userId: string, identity: string): Promise<string | null>;
  /** How many of the latest 256 episodes came to have a true answer after `since` (ISO 8601; all when null). */
  countAnswered(userId: string, since: string | null): Promise<number>;
  /** Everybody who has an episode, as callers know them, sorted. */
  users(): Promise<string[]>;
  /** Rebuilds the index from the store, for one user or for all. */
  reindex(userId?: string, progress?: Progress): Promise<{ readonly episodes: number }>;
  /** Waits for background rebuilds to end. For orderly shutdown and tests. */
  settled(): Promise<void>;
}
