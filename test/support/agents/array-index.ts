import type { UserKey } from "../../../src/domain/user-id.js";
import { PersonaAgentError } from "../../../src/system/errors.js";
import type {
  EpisodeIndex,
  IndexBounds,
  IndexEntry,
} from "../../../src/memory/index/episode-index.js";

/** An index that can be switched off and moved, and that counts what it is asked. */
export class ArrayIndex implements EpisodeIndex {
  readonly kind = "array";
  /** While false, every call throws `memory-index-unavailable`. */
  isAvailable = true;
  /** Part of the identity: another number is another collection, which begins empty. */
  generation = 1;
  readonly calls: Record<string, number> = {};
  readonly #entries = new Map<string, Map<string, IndexEntry>>();

  /** What the user has in the present collection. */
  entries(user: UserKey): Map<string, IndexEntry> {
    const key = `${this.generation}/${user}`;
    const entries = this.#entries.get(key) ?? new Map<string, IndexEntry>();
    this.#entries.set(key, entries);
    return entries;
  }

  async identity() {
    this.#called("identity");
    return `array/${this.generation}`;
  }

  async upsert(user: UserKey, entries: readonly IndexEntry[]) {
    this.#called("upsert");
    for (const entry of entries) this.entries(user).set(entry.id, entry);
  }

  async vectorSearch(
    user: UserKey,
    vector: readonly number[],
    limit: number,
    bounds?: IndexBounds,
  ) {
    this.#called("nearest");
    const distance = (entry: IndexEntry) =>
      entry.vector.reduce((sum, value, place) => sum + (value - (vector[place] ?? 0)) ** 2, 0);
    return this.#visible(user, bounds)
      .toSorted((a, b) => distance(a) - distance(b))
      .slice(0, limit)
      .map((entry) => ({ ...entry, nearness: 1 / (1 + distance(entry)) }));
  }

  async keywordSearch(
    user: UserKey,
    words: readonly string[],
    limit: number,
    bounds?: IndexBounds,
  ) {
    this.#called("containing");
    return this.#visible(user, bounds)
      .filter((entry) => words.some((word) => entry.words.includes(word)))
      .slice(0, limit);
  }

  async remove(user: UserKey, ids: readonly string[]) {
    this.#called("remove");
    for (const id of ids) this.entries(user).delete(id);
  }

  async clear(user: UserKey) {
    this.#called("clear");
    this.entries(user).clear();
  }

  /** Newest first. */
  #visible(user: UserKey, { after = -Infinity, before = Infinity }: IndexBounds = {}) {
    return [...this.entries(user).values()]
      .filter(({ order }) => order > after && order < before)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  #called(method: string) {
    this.calls[method] = (this.calls[method] ?? 0) + 1;
    if (!this.isAvailable)
      throw new PersonaAgentError("memory-index-unavailable", "The index is switched off.");
  }
}
