import { LRUCache } from "lru-cache";
import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";
import type { Profile } from "../../domain/profile.js";
import type { ReflectionStatus } from "../../domain/reflection-status.js";
import type { RecentCounts } from "../../memory/episodes/episodic-memory.js";
import type { Memory } from "../../memory/memory.js";

export interface LearningReadsDeps {
  readonly episodes: Pick<Memory["episodes"], "counts">;
  readonly alignments: Pick<Memory["alignments"], "get">;
  readonly reflections: Pick<Memory["reflections"], "get">;
  readonly profiles: Pick<Memory["profiles"], "current">;
}

/** What tells whether an alignment and a reflection are due. Each read may fail on its own. */
export interface LearningState {
  readonly alignment: Promise<AlignmentStatus>;
  readonly reflection: Promise<ReflectionStatus>;
  readonly profile: Promise<Profile | null>;
  readonly counts: Promise<RecentCounts>;
}

/** Between the write of a turn and the look whether something is due lie some milliseconds, on a busy machine more. */
const freshMs = 10_000;

/**
 * Reads that state. The node that writes a turn begins to, at the same time as it reads for itself, so that a store can
 * answer both at once.
 */
export function createLearningReads({
  episodes,
  alignments,
  reflections,
  profiles,
}: LearningReadsDeps) {
  const begun = new LRUCache<string, LearningState>({ max: 1_000, ttl: freshMs });
  const nameOf = (userId: string, episodeId: string) => `${episodeId} ${userId}`;
  function read(userId: string): LearningState {
    const reading = {
      alignment: alignments.get(userId),
      reflection: reflections.get(userId),
      profile: profiles.current(userId),
      counts: episodes.counts(userId),
    };
    // Whoever waits for one is told; nobody may.
    for (const each of Object.values(reading)) each.catch(() => undefined);
    return reading;
  }
  return {
    begin(userId: string, episodeId: string) {
      // What nobody took holds the run that it was begun in.
      begun.purgeStale();
      begun.set(nameOf(userId, episodeId), read(userId));
    },
    /** What was begun, once; what is read now otherwise. */
    take(userId: string, episodeId = "") {
      const name = nameOf(userId, episodeId);
      const reading = begun.get(name);
      begun.delete(name);
      return reading ?? read(userId);
    },
  };
}

export type LearningReads = ReturnType<typeof createLearningReads>;
