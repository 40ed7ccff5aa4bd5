import { createHash } from "node:crypto";
import { userKey } from "../domain/user-id.js";
import type { EpisodeIndex } from "../memory/episode-index.js";

/** Memories opened so far in this process. */
let opened = 0;

/**
 * A place of its own in an index that all cases share: each memory has its own store, and in an index the entries of
 * two of them would be one user's. A process that goes on with a run takes the same places again, for the same episodes.
 */
export function placeInIndex(index: EpisodeIndex, ...names: readonly string[]): EpisodeIndex {
  opened += 1;
  const name = createHash("sha256")
    .update(JSON.stringify([names, opened]))
    .digest("hex");
  const owner = userKey(`evaluation-${name}`);
  return {
    kind: index.kind,
    identity: () => index.identity(owner),
    upsert: (_user, entries) => index.upsert(owner, entries),
    nearest: (_user, ...asked) => index.nearest(owner, ...asked),
    containing: (_user, ...asked) => index.containing(owner, ...asked),
    remove: (_user, ids) => index.remove(owner, ids),
    clear: () => index.clear(owner),
  };
}
