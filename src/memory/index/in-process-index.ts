import { randomUUID } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import type { EpisodeIndex, IndexBounds, IndexEntry } from "./episode-index.js";
import { nearestFirst, newestFirst } from "./tie-breaking.js";
import { checkVector, dot, toUnit } from "./unit-vector.js";

/**
 * An index in this process's memory, with exact search: for unit tests, short evaluations, and platforms
 * without the embedded Chroma. It dies with the process, and so does its identity.
 *
 * LangChain's `MemoryVectorStore` was weighed: it cannot replace or delete an entry, does not order
 * ties and knows no search by words, so around it all of this would still stand.
 */
export function createInProcessIndex({
  name,
  dimensions,
  newId = randomUUID,
}: {
  /** The embedding's name; a part of the identity. */
  readonly name: string;
  readonly dimensions: number;
  readonly newId?: () => string;
}): EpisodeIndex {
  const identity = `in-process/${name}/${dimensions}/${newId()}`;
  const users = new Map<UserKey, Map<string, IndexEntry>>();
  const entriesOf = (user: UserKey, bounds?: IndexBounds) =>
    [...(users.get(user)?.values() ?? [])].filter((entry) => isWithin(entry.order, bounds));

  return {
    kind: "in-process",
    async identity() {
      return identity;
    },
    async upsert(user, entries) {
      for (const { vector } of entries) checkVector(vector, dimensions);
      const mine = users.get(user) ?? new Map<string, IndexEntry>();
      for (const entry of entries) mine.set(entry.id, { ...entry, vector: toUnit(entry.vector) });
      users.set(user, mine);
    },
    async vectorSearch(user, vector, limit, bounds) {
      checkVector(vector, dimensions);
      const unit = toUnit(vector);
      return entriesOf(user, bounds)
        .map((entry) => ({ ...toHit(entry), distance: 1 - dot(entry.vector, unit) }))
        .toSorted(nearestFirst)
        .slice(0, Math.max(0, limit))
        .map(toHit);
    },
    async keywordSearch(user, words, limit, bounds) {
      return entriesOf(user, bounds)
        .filter((entry) => words.some((word) => entry.words.includes(word)))
        .toSorted(newestFirst)
        .slice(0, Math.max(0, limit))
        .map(toHit);
    },
    async remove(user, ids) {
      for (const id of ids) users.get(user)?.delete(id);
    },
    async clear(user) {
      users.delete(user);
    },
  };
}

const toHit = ({ id, words }: { readonly id: string; readonly words: string }) => ({ id, words });

function isWithin(order: number, { after = -Infinity, before = Infinity }: IndexBounds = {}) {
  return order > after && order < before;
}
