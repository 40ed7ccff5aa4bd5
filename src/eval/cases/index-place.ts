import { randomUUID } from "node:crypto";
import { userKey } from "../../domain/user-id.js";
import type { EpisodeIndex } from "../../memory/index/episode-index.js";

/**
 * A place of its own in an index that all cases share, and other runs perhaps: each memory has its own store, and in an
 * index the entries of two of them would be one user's.
 */
export function placeInIndex(index: EpisodeIndex): EpisodeIndex {
  const owner = userKey(`evaluation-${randomUUID()}`);
  return {
    kind: index.kind,
    identity: () => index.identity(owner),
    upsert: (_user, entries) => index.upsert(owner, entries),
    vectorSearch: (_user, ...asked) => index.vectorSearch(owner, ...asked),
    keywordSearch: (_user, ...asked) => index.keywordSearch(owner, ...asked),
    remove: (_user, ids) => index.remove(owner, ids),
    clear: () => index.clear(owner),
  };
}
