import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { mostAround } from "../index/thread-context.js";
import { userNamespaces } from "../namespaces.js";
import { type Json, parseRecord, type RecordKind } from "../parse-record.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { readRecent, type RecentPointers } from "./recent-episodes.js";

export interface ReadRecent {
  readonly pointers: RecentPointers;
  /** The latest episodes, those that were guessed; whoever needs another one reads it. */
  readonly known: ReadonlyMap<string, Episode>;
}

/**
 * Reads the window of recent episodes, and in the same look the latest ones themselves: those that were the latest when
 * this process last looked. The guess only decides what is read, so a wrong one costs another look.
 */
export interface RecentReader {
  /** @param most - Episodes, the latest, at most 16. */
  read(user: UserKey, most: number): Promise<ReadRecent>;
  /** Whether the user had an episode when this process last looked, or wrote one. */
  knows(user: UserKey): boolean;
  /** Says of an episode that was written that it is the latest now, as it is as a rule. */
  wrote(user: UserKey, id: string): void;
}

export function createRecentReader(access: StoreAccess): RecentReader {
  const guesses = new LRUCache<UserKey, readonly string[]>({ max: 10_000 });
  const guess = (user: UserKey, ids: Iterable<string>) =>
    guesses.set(user, [...new Set(ids)].slice(0, mostAround));
  return {
    async read(user, most) {
      const ids = (guesses.get(user) ?? []).slice(0, most);
      const namespace = userNamespaces(user).episodes;
      const [pointers, values] = await Promise.all([
        readRecent(access, user),
        access.get(anyRecord, namespace, ids),
      ]);
      guess(user, pointers.keys());
      const known = new Map<string, Episode>();
      for (const [place, key] of ids.entries()) {
        const value = values[place];
        const episode = value && readable({ namespace, key, value });
        if (episode) known.set(key, episode);
      }
      return { pointers, known };
    },
    knows: (user) => (guesses.get(user) ?? []).length > 0,
    wrote: (user, id) => guess(user, [id, ...(guesses.get(user) ?? [])]),
  };
}

const anyRecord: RecordKind<Json> = {
  name: "episode",
  schema: z.record(z.string(), z.unknown()),
  migrations: {},
};

/** One that cannot be read fails whoever needs it, not everything that is read with it. */
function readable(item: Parameters<typeof parseRecord>[1]): Episode | null {
  try {
    return parseRecord(episodeRecord, item);
  } catch {
    return null;
  }
}
