import type { IndexBounds, IndexEntry, IndexHit, NearHit } from "./episode-index.js";
import { rarestFirst } from "./rarest-first.js";
import { nearestFirst } from "./tie-breaking.js";
import { toUnit } from "./unit-vector.js";

const leastCapacity = 16;
/** Measured, with the numbers under each word. */
const bytesPerCharacter = 6;

/**
 * One user's entries in this process's memory, with exact search. An entry has a slot: its vector stands there in one
 * array with all others, which is read many times faster than an array for each, and the slot's number stands under each
 * of its words.
 */
export class UserEntries {
  readonly #dimensions: number;
  readonly #slots = new Map<string, number>();
  /** By slot; undefined where it is free. */
  readonly #entries: (Kept | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #holders = new Map<string, Set<number>>();
  #vectors: Float32Array;
  #characters = 0;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#vectors = new Float32Array(leastCapacity * dimensions);
  }

  get size(): number {
    return this.#slots.size;
  }

  /** About how much memory they take: under each word stands a number, and the word itself under the first. */
  get bytes(): number {
    return this.#vectors.byteLength + bytesPerCharacter * this.#characters;
  }

  /** Replaces the entry of the same id. */
  put({ id, order, words, vector }: IndexEntry): void {
    this.remove(id);
    const slot = this.#free.pop() ?? this.#entries.length;
    this.#slots.set(id, slot);
    this.#entries[slot] = { id, order, words };
    this.#characters += words.length;
    for (const piece of piecesOf(words)) {
      const holders = this.#holders.get(piece);
      if (holders === undefined) this.#holders.set(piece, new Set([slot]));
      else holders.add(slot);
    }
    const start = slot * this.#dimensions;
    if (start >= this.#vectors.length) {
      const larger = new Float32Array(2 * this.#vectors.length);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#vectors.set(toUnit(vector), start);
  }

  remove(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const { words = "" } = this.#entries[slot] ?? {};
    this.#characters -= words.length;
    for (const piece of piecesOf(words)) {
      const holders = this.#holders.get(piece);
      holders?.delete(slot);
      if (holders?.size === 0) this.#holders.delete(piece);
    }
    this.#entries[slot] = undefined;
    this.#slots.delete(id);
    this.#free.push(slot);
  }

  /** As `EpisodeIndex.vectorSearch`. */
  nearest(vector: readonly number[], limit: number, bounds?: IndexBounds): NearHit[] {
    const most = Math.floor(Math.min(limit, this.size));
    if (!(most > 0)) return [];
    const unit = Float32Array.from(toUnit(vector));
    const distances = new Float64Array(this.#entries.length).fill(Infinity);
    for (const [slot, entry] of this.#entries.entries())
      if (entry !== undefined && isWithin(entry.order, bounds))
        distances[slot] = 1 - this.#product(unit, slot);
    // Sorting numbers is much faster than sorting entries. All that may be a tie with the last one is compared below.
    const farthest = (distances.toSorted()[most - 1] ?? Infinity) + 1e-6;
    const hits: (NearHit & { readonly distance: number })[] = [];
    for (const [slot, distance] of distances.entries()) {
      const entry = this.#entries[slot];
      if (entry !== undefined && distance <= farthest && distance !== Infinity)
        hits.push({ id: entry.id, words: entry.words, nearness: 1 - distance, distance });
    }
    return hits
      .toSorted(nearestFirst)
      .slice(0, most)
      .map(({ id, words, nearness }) => ({ id, words, nearness }));
  }

  /** As `EpisodeIndex.keywordSearch`. */
  containing(words: readonly string[], limit: number, bounds?: IndexBounds): IndexHit[] {
    const isSeen = (entry: Kept | undefined) =>
      entry !== undefined && isWithin(entry.order, bounds);
    const holders = words.map((word) =>
      this.#holdersOf(word).flatMap((slot) => {
        const entry = this.#entries[slot];
        return entry !== undefined && isSeen(entry) ? [entry.id] : [];
      }),
    );
    const total = bounds === undefined ? this.size : this.#entries.filter(isSeen).length;
    return rarestFirst(holders, total)
      .slice(0, Math.max(0, limit))
      .map((id) => ({ id, words: this.#entries[this.#slots.get(id) ?? -1]?.words ?? "" }));
  }

  #holdersOf(word: string): number[] {
    const piece = /^ ([^ ]+) $/.exec(word)?.[1];
    if (piece !== undefined) return [...(this.#holders.get(piece) ?? [])];
    return this.#entries.flatMap((entry, slot) => (entry?.words.includes(word) ? [slot] : []));
  }

  #product(unit: Float32Array, slot: number): number {
    let sum = 0;
    const start = slot * this.#dimensions;
    // An iterator would take five times as long, and this is most of a search.
    for (let place = 0; place < unit.length; place += 1)
      sum += (unit[place] ?? 0) * (this.#vectors[start + place] ?? 0);
    return sum;
  }
}

type Kept = Omit<IndexEntry, "vector">;

/** The pieces between two spaces: all but the outer two have one on both sides. */
const piecesOf = (words: string): ReadonlySet<string> => new Set(words.split(" ").slice(1, -1));

function isWithin(order: number, { after = -Infinity, before = Infinity }: IndexBounds = {}) {
  return order > after && order < before;
}
