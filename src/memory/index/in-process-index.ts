import { randomUUID } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import type { EpisodeIndex, IndexBounds, IndexEntry } from "./episode-index.js";
import { rarestFirst } from "./rarest-first.js";
import { nearestFirst } from "./tie-breaking.js";
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
  const users = new Map<UserKey, Map<string, KeptEntry>>();
  const entriesOf = (user: UserKey, bounds?: IndexBounds) =>
    [...(users.get(user)?.values() ?? [])].filter((entry) => isWithin(entry.order, bounds));

  return {
    kind: "in-process",
    async identity() {
      return identity;
    },
    async upsert(user, entries) {
      for (const { vector } of entries) checkVector(vector, dimensions);
      const mine = users.get(user) ?? new Map<string, KeptEntry>();
      for (const entry of entries)
        mine.set(entry.id, {
          ...entry,
          vector: toUnit(entry.vector),
          // All pieces but the outer two have a space on both sides.
          spaced: new Set(entry.words.split(" ").slice(1, -1)),
        });
      users.set(user, mine);
    },
    async vectorSearch(user, vector, limit, bounds) {
      checkVector(vector, dimensions);
      const unit = toUnit(vector);
      return entriesOf(user, bounds)
        .map((entry) => {
          const nearness = dot(entry.vector, unit);
          return { ...toHit(entry), nearness, distance: 1 - nearness };
        })
        .toSorted(nearestFirst)
        .slice(0, Math.max(0, limit))
        .map(({ id, words, nearness }) => ({ id, words, nearness }));
    },
    async keywordSearch(user, words, limit, bounds) {
      const entries = new Map(entriesOf(user, bounds).map((entry) => [entry.id, entry]));
      const holders = words.map((word) =>
        [...entries.values()].filter(containing(word)).map(({ id }) => id),
      );
      return rarestFirst(holders, entries.size)
        .slice(0, Math.max(0, limit))
        .flatMap((id) => entries.get(id) ?? [])
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

interface KeptEntry extends IndexEntry {
  /** The pieces of `words` between two spaces: looking one up is many times faster than searching the text. */
  readonly spaced: ReadonlySet<string>;
}

function containing(word: string): (entry: KeptEntry) => boolean {
  const piece = /^ ([^ ]+) $/.exec(word)?.[1];
  return piece === undefined
    ? (entry) => entry.words.includes(word)
    : (entry) => entry.spaced.has(piece);
}

const toHit = ({ id, words }: { readonly id: string; readonly words: string }) => ({ id, words });

function isWithin(order: number, { after = -Infinity, before = Infinity }: IndexBounds = {}) {
  return order > after && order < before;
}
