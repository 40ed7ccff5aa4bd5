import { randomUUID } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import type { EpisodeIndex } from "./episode-index.js";
import { checkVector } from "./unit-vector.js";
import { UserEntries } from "./user-entries.js";

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
  const users = new Map<UserKey, UserEntries>();

  return {
    kind: "in-process",
    async identity() {
      return identity;
    },
    async upsert(user, entries) {
      for (const { vector } of entries) checkVector(vector, dimensions);
      const mine = users.get(user) ?? new UserEntries(dimensions);
      for (const entry of entries) mine.put(entry);
      users.set(user, mine);
    },
    async vectorSearch(user, vector, limit, bounds) {
      checkVector(vector, dimensions);
      return users.get(user)?.nearest(vector, limit, bounds) ?? [];
    },
    async keywordSearch(user, words, limit, bounds) {
      return users.get(user)?.containing(words, limit, bounds) ?? [];
    },
    async remove(user, ids) {
      for (const id of ids) users.get(user)?.remove(id);
    },
    async clear(user) {
      users.delete(user);
    },
  };
}
