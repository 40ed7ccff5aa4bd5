import type { IndexBounds, IndexEntry, IndexHit, NearHit } from "./episode-index.js";
import { rarityOf } from "./rarest-first.js";
import { nearestFirst, newestFirst } from "./tie-breaking.js";
import { toUnit } from "./unit-vector.js";

const leastCapacity = 16;
const growth = 1.25;
/** Measured, with the numbers under each word. */
const bytesPerCharacter = 6;
/** Of more, each that comes in would move too many. */
const mostKeptSorted = 64;
/** More than ties differ by. */
const roundedOff = 2e-6;

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
      // Not twice as many: the last step would take a third more than is needed.
      const slots = Math.ceil(growth * (slot + 1));
      const larger = new Float32Array(slots * this.#dimensions);
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
    const unit = Float32Array.from(toUnit(vector));
    const nearness = this.#seen(bounds, (slot) => this.#product(unit, slot));
    return this.#best(nearness, limit)
      .map(({ slot, ...hit }) => ({ ...hit, distance: 1 - (nearness[slot] ?? 0) }))
      .toSorted(nearestFirst)
      .slice(0, Math.max(0, limit))
      .map(({ id, words, distance }) => ({ id, words, nearness: 1 - distance }));
  }

  /** As `EpisodeIndex.keywordSearch`. */
  containing(words: readonly string[], limit: number, bounds?: IndexBounds): IndexHit[] {
    const rarity = new Float64Array(this.#entries.length);
    const seen = this.#seen(bounds, () => 1);
    const total = bounds === undefined ? this.size : seen.filter((each) => each === 1).length;
    for (const word of words) {
      const holders = this.#holdersOf(word).filter((slot) => seen[slot] === 1);
      const ofWord = rarityOf(holders.length, total);
      for (const slot of holders) rarity[slot] = (rarity[slot] ?? 0) + ofWord;
    }
    const scores = rarity.map((score) => (score === 0 ? -Infinity : score));
    return this.#best(scores, limit)
      .toSorted((a, b) => (scores[b.slot] ?? 0) - (scores[a.slot] ?? 0) || newestFirst(a, b))
      .slice(0, Math.max(0, limit))
      .map(({ id, words: found }) => ({ id, words: found }));
  }

  /** What a function gives for the slots of entries within bounds; -Infinity for the others. */
  #seen(
    { after = -Infinity, before = Infinity }: IndexBounds = {},
    give: (slot: number) => number,
  ) {
    const given = new Float64Array(this.#entries.length).fill(-Infinity);
    // An iterator would take longer than the arithmetic.
    for (let slot = 0; slot < given.length; slot += 1) {
      const order = this.#entries[slot]?.order ?? Number.NaN;
      if (order > after && order < before) given[slot] = give(slot);
    }
    return given;
  }

  /** The entries of the `most` highest scores, and whatever may be as high as the last of them. */
  #best(scores: Float64Array, most: number) {
    const least = leastOfHighest(scores, Math.min(Math.floor(most), scores.length));
    const best: (IndexHit & { readonly slot: number })[] = [];
    if (!(most >= 1)) return best;
    for (let slot = 0; slot < scores.length; slot += 1) {
      const score = scores[slot] ?? -Infinity;
      const entry = this.#entries[slot];
      if (score >= least - roundedOff && score !== -Infinity && entry !== undefined)
        best.push({ id: entry.id, words: entry.words, slot });
    }
    return best;
  }

  #holdersOf(word: string): number[] {
    const piece = /^ ([^ ]+) $/.exec(word)?.[1];
    if (piece !== undefined) return [...(this.#holders.get(piece) ?? [])];
    return this.#entries.flatMap((entry, slot) => (entry?.words.includes(word) ? [slot] : []));
  }

  /** Four sums at a time: the processor waits for each before it adds to it again, and this is most of a search. */
  #product(unit: Float32Array, slot: number): number {
    const vectors = this.#vectors;
    let [one, two, three, four] = [0, 0, 0, 0];
    let at = slot * unit.length;
    for (let place = 0; place < unit.length; place += 4, at += 4) {
      one += (unit[place] ?? 0) * (vectors[at] ?? 0);
      two += (unit[place + 1] ?? 0) * (vectors[at + 1] ?? 0);
      three += (unit[place + 2] ?? 0) * (vectors[at + 2] ?? 0);
      four += (unit[place + 3] ?? 0) * (vectors[at + 3] ?? 0);
    }
    return one + two + three + four;
  }
}

/** The `most`th highest number; no sorting of all where few are wanted. Infinity for none. */
function leastOfHighest(numbers: Float64Array, most: number): number {
  if (most > mostKeptSorted) return numbers.toSorted().at(-most) ?? Infinity;
  if (most < 1) return Infinity;
  const highest = new Float64Array(most).fill(-Infinity);
  for (const number of numbers) {
    let place = 0;
    for (; place < most && number > (highest[place] ?? 0); place += 1)
      if (place > 0) highest[place - 1] = highest[place] ?? 0;
    if (place > 0) highest[place - 1] = number;
  }
  return highest[0] ?? Infinity;
}

type Kept = Omit<IndexEntry, "vector">;

/** The pieces between two spaces: all but the outer two have one on both sides. */
const piecesOf = (words: string): ReadonlySet<string> => new Set(words.split(" ").slice(1, -1));
