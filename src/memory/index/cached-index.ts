import { LRUCache } from "lru-cache";
import type { UserKey } from "../../domain/user-id.js";
import type { EpisodeIndex, IndexEntry } from "./episode-index.js";
import { checkVector } from "./unit-vector.js";
import { UserEntries } from "./user-entries.js";

/** An index whose entries can be read as they were written. */
export interface ReadableIndex extends EpisodeIndex {
  /** A user's entries from the `from`th on, at most `most`, in an order that stays while none is written. */
  entries(user: UserKey, from: number, most: number): Promise<IndexEntry[]>;
}

interface CacheOptions {
  /** Of the vectors. */
  readonly dimensions: number;
  /** Of all users together; a user who needs more than half of it is not kept. */
  readonly maxBytes?: number;
}

/** A user's entries that are being read, and whether something else has happened to them since. */
interface Reading {
  readonly entries: UserEntries;
  /** What was written meanwhile: it comes after what is read. */
  readonly since: ((entries: UserEntries) => void)[];
  isOutdated: boolean;
  /** The entries if they are all of the user's, null if there are more. */
  first: Promise<UserEntries | null>;
}

const defaultMaxBytes = 64_000_000;
/** Read before a search, which waits for it: what one request gives in a few milliseconds. */
const firstPage = 128;
/** Read in the background, some at a time so that others come between. */
const nextPages = 512;

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
  const tooLarge = new LRUCache<UserKey, true>({ max: 10_000 });
  const identities = new LRUCache<UserKey, string>({ max: 10_000 });

  async function copyOf(user: UserKey): Promise<UserEntries | null> {
    if (tooLarge.has(user)) return null;
    return kept.get(user) ?? (readings.get(user) ?? startReading(user)).first;
  }

  function startReading(user: UserKey): Reading {
    const reading: Reading = {
      entries: new UserEntries(dimensions),
      since: [],
      isOutdated: false,
      first: Promise.resolve(null),
    };
    reading.first = readFirst(user, reading);
    readings.set(user, reading);
    return reading;
  }

  async function readFirst(user: UserKey, reading: Reading) {
    try {
      if (await readPage(user, reading.entries, 0, firstPage)) return finish(user, reading);
    } catch (error) {
      end(user, reading);
      throw error;
    }
    void readRest(user, reading).catch(() => end(user, reading));
    return null;
  }

  function end(user: UserKey, reading: Reading) {
    if (readings.get(user) === reading) readings.delete(user);
  }

  /** Whether it was the last page. */
  async function readPage(user: UserKey, entries: UserEntries, from: number, most: number) {
    const page = await index.entries(user, from, most);
    for (const entry of page) entries.put(entry);
    return page.length < most;
  }

  async function readRest(user: UserKey, reading: Reading): Promise<void> {
    const { entries } = reading;
    for (let [from, isLast] = [firstPage, false]; !isLast; from += nextPages) {
      if (entries.bytes > maxBytes / 2) tooLarge.set(user, true);
      if (reading.isOutdated || tooLarge.has(user)) break;
      isLast = await readPage(user, entries, from, nextPages);
    }
    finish(user, reading);
  }

  function finish(user: UserKey, reading: Reading): UserEntries {
    end(user, reading);
    for (const change of reading.since) change(reading.entries);
    if (!reading.isOutdated && !tooLarge.has(user)) keep(user, reading.entries);
    return reading.entries;
  }

  /** Again after each change, because its size has changed. Of nobody nothing is kept, so that whoever asks is told of failures. */
  function keep(user: UserKey, entries: UserEntries) {
    if (entries.bytes > maxBytes / 2) tooLarge.set(user, true);
    if (entries.size === 0 || tooLarge.has(user)) kept.delete(user);
    else kept.set(user, entries);
  }

  function change(user: UserKey, apply: (entries: UserEntries) => void) {
    readings.get(user)?.since.push(apply);
    const entries = kept.get(user);
    if (entries === undefined) return;
    apply(entries);
    keep(user, entries);
  }

  function forget(user: UserKey) {
    kept.delete(user);
    tooLarge.delete(user);
    const reading = readings.get(user);
    if (reading !== undefined) reading.isOutdated = true;
    readings.delete(user);
  }

  return {
    kind: index.kind,
    async identity(user) {
      const identity = await index.identity(user);
      const before = identities.get(user);
      if (before !== undefined && before !== identity) forget(user);
      identities.set(user, identity);
      return identity;
    },
    async upsert(user, entries) {
      await index.upsert(user, entries);
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
      await index.remove(user, ids);
      change(user, (copy) => {
        for (const id of ids) copy.remove(id);
      });
    },
    async clear(user) {
      forget(user);
      await index.clear(user);
      forget(user);
    },
  };
}
