import type { Spending } from "../../domain/spending.js";
import type { Episode, Feedback } from "../../domain/episode.js";
import type { Forgotten, Withdrawal } from "../../domain/forgetting/withdrawal.js";

/** When a question is asked. */
export interface AskedDay {
  /** Where the user is, as `2024-03-09`. */
  readonly day: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The episodes that may be recalled: those within all bounds. For time ranges and for leave-one-out. */
export interface RecallBounds {
  /** Only episodes at or after this time, ISO 8601. Excludes undated episodes. */
  readonly since?: string;
  /** Only episodes before this time, ISO 8601. */
  readonly until?: string;
  /** Only episodes before this one in the user's time line. */
  readonly beforeId?: string;
  /** Excluded episodes. */
  readonly excludeIds?: readonly string[];
  /** Bounds nothing: the id of the turn that asks, for which `findTurn` has just read what a search reads first. */
  readonly turnId?: string;
  /** Bounds nothing: what "yesterday" in the question means. The present in UTC unless given. */
  readonly asked?: AskedDay;
}

export interface RecalledEpisode {
  readonly episode: Episode;
  /** How well it matches, above 0 and at most 1, less where its true answer stands before it. Comparable within one search only. */
  readonly score: number;
}

/**
 * A failure that the turn worked around:
 * - `index-unavailable`: the index was not reached; recall compared the words of the latest episodes.
 * - `index-rebuilding`: the index is being rebuilt from the store; recall compared words.
 * - `embeddings-unavailable`: there was no vector; recall compared words.
 * - `store-unavailable`: memory was neither read nor written.
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
  /** As it is in the store now. */
  readonly episode: Episode;
  /** Empty when the episode is in the index; otherwise why not. A later call indexes it without a command. */
  readonly degraded: MemoryDegradation[];
}

/** Of a turn that is being answered. */
export interface TurnOptions {
  /** When it began, ISO 8601. */
  readonly startedAt?: string;
  /** What its model calls cost, counted when the episode is written or changed. */
  readonly spending?: Spending;
}

/** A person's change of an episode. Without `groundTruth` the stored one stays; `null` removes it. */
export interface EpisodeChange {
  readonly groundTruth?: string | null;
  readonly feedback: Feedback;
}

/** Pages through episodes: newest first, from just before `before` (an episode id) when given. */
export interface ListOptions {
  readonly limit?: number;
  readonly before?: string;
}

/** As `countAnswered` and `countAfter`, at the moment of one look. */
export interface RecentCounts {
  answered(since: string | null): number;
  /** @param written - One that was written since the look, if one was. */
  after(id: string | null, written?: string | null): number;
}

export type Progress = (done: number, total: number) => void;

/**
 * A user's past interactions. The store is the truth and the index follows it: an acknowledged episode is in the store,
 * and is indexed at once or, when the index is unavailable, by a later call. User ids are as callers know them. Every
 * method throws `config-user-invalid` for an invalid one and `memory-store-unavailable` when the store cannot be
 * reached. Returned values are copies.
 */
export interface EpisodicMemory {
  /**
   * Writes one episode. Idempotent by id: an equal episode changes nothing. One with another response (a regenerated or
   * forked turn) replaces the response, and the old one goes to `replacedResponses`. A stored true answer and feedback
   * are never lost. A deleted episode that is added again counts as never deleted.
   *
   * @param turn - Given by the agent for a turn. A turn that was deleted is not written again, and `episode` is null. A
   *   response is not written if something was deleted after its turn began: it may repeat it. The episode is indexed in
   *   the background (`settled` waits for it), and until then a search finds it in the store.
   */
  add(
    userId: string,
    episode: Episode,
    turn?: TurnOptions,
  ): Promise<Omit<Written, "episode"> & { readonly episode: Episode | null }>;
  /** Writes many episodes by the rules of `add`, in batches; calls `progress` after each batch. */
  addMany(
    userId: string,
    episodes: readonly Episode[],
    progress?: Progress,
  ): Promise<{ readonly added: number; readonly degraded: MemoryDegradation[] }>;
  get(userId: string, id: string): Promise<Episode | null>;
  /**
   * Adds a true answer or feedback to an episode.
   *
   * @param change - Or a function of the stored episode and the user's withdrawals, while nothing else in this process
   *   changes or deletes an episode of the user; for `null` nothing is written. It is called again where another process
   *   came between, and its last result counts.
   * @throws {PersonaAgentError} `config-episode-unknown` when this user has no such episode.
   */
  update(
    userId: string,
    id: string,
    change:
      | EpisodeChange
      | ((stored: Episode, withdrawals: readonly Withdrawal[]) => EpisodeChange | null),
  ): Promise<Written>;
  /**
   * Deletes an episode, and what rests on it: statements of all profiles, lines and critiques of all persona versions, and
   * other episodes' responses that repeat what the user said here only. What rests on other episodes as well goes too, and
   * the next refresh and alignment can learn it again.
   *
   * @returns What went with it; `null` when there was no such episode.
   */
  delete(userId: string, id: string): Promise<Forgotten | null>;
  /** The episodes that were deleted or corrected, by id. Finishes deletions that were interrupted. */
  withdrawals(userId: string): Promise<Withdrawal[]>;
  list(userId: string, options?: ListOptions): Promise<Episode[]>;
  /** The newest episodes, newest first, at most `limit` and 256. The cost does not depend on the history's length. */
  latest(userId: string, limit: number, bounds?: RecallBounds): Promise<Episode[]>;
  /**
   * The episodes most like `query`, by words, vector, date, speaker and what stood around them in their threads, without
   * copies of one question; one embedding request, no model call.
   */
  similar(userId: string, query: string, limit: number, bounds?: RecallBounds): Promise<Recall>;
  /** Begins to read what `findTurn` and a search read first, for a turn of the present visit that is about to begin. */
  beginTurn(userId: string): void;
  /**
   * The id of the episode of this turn identity, among the latest 256; null if there is none.
   *
   * @param question - What the turn will search for: its embedding is asked for meanwhile, of a user who is known here.
   */
  findTurn(userId: string, identity: string, question?: string): Promise<string | null>;
  /** The two counts below from one look, for whoever learns only meanwhile from when on to count. */
  counts(userId: string): Promise<RecentCounts>;
  /** How many of the latest 256 episodes got a true answer after `since` (ISO 8601; all when null). */
  countAnswered(userId: string, since: string | null): Promise<number>;
  /** How many of the latest 256 episodes come after this one, and not after the present; all of these for null. */
  countAfter(userId: string, id: string | null): Promise<number>;
  /** All users with an episode, as callers know them, sorted. */
  users(): Promise<string[]>;
  /** Rebuilds the index from the store, for one user or for all. */
  reindex(userId?: string, progress?: Progress): Promise<{ readonly episodes: number }>;
  /** Waits for the end of background work. For orderly shutdown and tests. */
  settled(): Promise<void>;
}
