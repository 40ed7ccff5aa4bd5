import { LRUCache } from "lru-cache";
import type { UserKey } from "../../domain/user-id.js";
import type { EpisodeIndex, IndexEntry } from "./episode-index.js";
import { checkVector } from "./unit-vector.js";
import { UserEntries } from "./user-entries.js";

/** An index whose entries can be read as they were written. */
export interface ReadableIndex extends EpisodeIndex {
  /**
   * A user's entries from the `from`th on, at most `most`. Pages fit together while nothing of the user is removed: a
   * replaced entry keeps its place, and new ones come last.
   */
  entries(user: UserKey, from: number, most: number): Promise<IndexEntry[]>;
}

interface CacheOptions {
  /** Of the vectors. */
  readonly dimensions: number;
  /** Of all users together; a user who needs more than half of it is not kept. */
  readonly maxBytes?: number;
}

/** A user's entries that are being read. */
interface Reading {
  readonly entries: UserEntries;
  /** Written meanwhile: a page that was on its way may have them as they were. */
  readonly written: IndexEntry[];
  /** Whether entries have been removed meanwhile: pages may have moved. */
  isOutdated: boolean;
  /** The entries if they are all of the user's, null if there are more. */
  first: Promise<UserEntries | null>;
}

/** Half of it is a user of some 25,000 short interactions. */
const defaultMaxBytes = 128_000_000;
/** Read before a search, which waits for it: what one request gives in a few milliseconds. */
const firstPage = 128;
/** Read in the background, some at a time so that others come between. */
const nextPages = 512;
/** Users whose many entries are read at a time. */
const mostReadings = 2;
/** A user whose entries have become fewer may be kept again after a while, in milliseconds. */
const tooLargeMs = 600_000;

/**
 * An index with the entries of its latest users in this process's memory, searched there: exactly, and without a request.
 * For an index that no other process writes to. Writes go to the index first; what it refused is not in memory either,
 * and the outbox brings it to both. Of a user of many entries, the index itself is searched until all are read.
 */
export function createCachedIndex(
  index: ReadableIndex,
  { dimensions, maxBytes = defaultMaxBytes }: CacheOptions,
): EpisodeIndex {
  const kept = new LRUCache<UserKey, UserEntries>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes,
  });
  const readings = new Map<UserKey, Reading>();
  /** How many requests that remove entries of a user are under way. */
  const removals = new Map<UserKey, number>();
  let readingOn = 0;
  const tooLarge = new LRUCache<UserKey, true>({ max: 10_000, ttl: tooLargeMs });
  const identities = new LRUCache<UserKey, string>({ max: 10_000 });

  async function copyOf(user: UserKey): Promise<UserEntries | null> {
    if (tooLarge.has(user)) return null;
    return kept.get(user) ?? (readings.get(user) ?? startReading(user)).first;
  }

  function startReading(user: UserKey): Reading {
    const reading: Reading = {
      entries: new UserEntries(dimensions),
      written: [],
      isOutdated: removals.has(user),
      first: Promise.resolve(null),
    };
    readings.set(user, reading);
    reading.first = readFirst(user, reading);
    return reading;
  }

  async function readFirst(user: UserKey, reading: Reading) {
    try {
      if (await readPage(user, reading.entries, 0, firstPage)) return finish(user, reading);
    } catch (error) {
      end(user, reading);
      throw error;
    }
    if (readingOn < mostReadings) void readRest(user, reading);
    else end(user, reading);
    return null;
  }

  /** Whether it was the last page. */
  async function readPage(user: UserKey, entries: UserEntries, from: number, most: number) {
    const page = await index.entries(user, from, most);
    for (const entry of page) entries.put(entry);
    return page.length < most;
  }

  async function readRest(user: UserKey, reading: Reading): Promise<void> {
    const { entries } = reading;
    readingOn += 1;
    try {
      for (let [from, isLast] = [firstPage, false]; !isLast; from += nextPages) {
        if (entries.bytes > maxBytes / 2) tooLarge.set(user, true);
        if (reading.isOutdated || tooLarge.has(user)) return;
        isLast = await readPage(user, entries, from, nextPages);
      }
      finish(user, reading);
    } catch {
      // The searches meanwhile have told that the index is away.
    } finally {
      readingOn -= 1;
      end(user, reading);
    }
  }

  function finish(user: UserKey, reading: Reading): UserEntries {
    end(user, reading);
    for (const entry of reading.written) reading.entries.put(entry);
    if (!reading.isOutdated) keep(user, reading.entries);
    return reading.entries;
  }

  function end(user: UserKey, reading: Reading) {
    if (readings.get(user) === reading) readings.delete(user);
  }

  /** Again after each change. Of nobody nothing is kept, so that whoever asks is told of failures. */
  function keep(user: UserKey, entries: UserEntries) {
    if (entries.bytes > maxBytes / 2) tooLarge.set(user, true);
    // Set anew, or the cache would go on with the size that it had.
    kept.delete(user);
    if (entries.size > 0 && !tooLarge.has(user)) kept.set(user, entries);
  }

  /** What is being read is good for one search at most: pages that move hide others. */
  function outdate(user: UserKey) {
    const reading = readings.get(user);
    if (reading !== undefined) reading.isOutdated = true;
    readings.delete(user);
  }

  function change(user: UserKey, apply: (entries: UserEntries) => void) {
    const entries = kept.get(user);
    if (entries === undefined) return;
    apply(entries);
    keep(user, entries);
  }

  async function remove(user: UserKey, request: () => Promise<void>): Promise<void> {
    removals.set(user, (removals.get(user) ?? 0) + 1);
    outdate(user);
    try {
      await request();
    } finally {
      const left = (removals.get(user) ?? 1) - 1;
      if (left === 0) removals.delete(user);
      else removals.set(user, left);
    }
  }

  return {
    kind: index.kind,
    async identity(user) {
      const identity = await index.identity(user);
      const before = identities.get(user);
      if (before !== undefined && before !== identity) {
        kept.delete(user);
        outdate(user);
      }
      identities.set(user, identity);
      return identity;
    },
    async upsert(user, entries) {
      await index.upsert(user, entries);
      readings.get(user)?.written.push(...entries);
      change(user, (copy) => {
        for (const entry of entries) copy.put(entry);
      });
    },
    async vectorSearch(user, vector, limit, bounds) {
      checkVector(vector, dimensions);
      const copy = await copyOf(user);
      return (
        copy?.nearest(vector, limit, bounds) ?? index.vectorSearch(user, vector, limit, bounds)
      );
    },
    async keywordSearch(user, words, limit, bounds) {
      const copy = await copyOf(user);
      return (
        copy?.containing(words, limit, bounds) ?? index.keywordSearch(user, words, limit, bounds)
      );
    },
    async remove(user, ids) {
      await remove(user, () => index.remove(user, ids));
      change(user, (copy) => {
        for (const id of ids) copy.remove(id);
      });
    },
    async clear(user) {
      kept.delete(user);
      await remove(user, () => index.clear(user));
      kept.delete(user);
      tooLarge.delete(user);
    },
  };
}
