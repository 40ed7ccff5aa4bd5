import { type UserKey, userKey } from "../domain/user-id.js";
import { userChange } from "./episodes/episode-changes.js";
import { newErasure } from "./fenced-write.js";
import type { EpisodeIndex } from "./index/episode-index.js";
import { erasedNamespace, userNamespaces, usersNamespace } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { erasureRecord, userRecord } from "./record-schemas.js";
import type { CachedEmbedder } from "./search/cached-embedder.js";
import type { StoreAccess, UserQueue } from "./store-access.js";

/** How many records there are of each kind, without the kinds of which there are none. */
export type RecordCounts = Readonly<Record<string, number>>;

/** Deletes everything of a user from store and index. Store errors as `EpisodicMemory`. */
export interface UserErasure {
  /**
   * Does what erases a user, while nothing else may write what is theirs: what is under way here is ended, and what is
   * under way in another process fails with `memory-user-erased` at its next write, also afterwards.
   */
  during<Result>(userId: string, work: () => Promise<Result>): Promise<Result>;
  /**
   * Can be repeated, and then finishes what an earlier call left. Counts of all users together name nobody and stay.
   *
   * @returns What was deleted from the store.
   * @throws {PersonaAgentError} `memory-index-unavailable` and `model-*` before anything is deleted.
   */
  erase(userId: string): Promise<RecordCounts>;
  /** What there is of the user; of the index, whether there is anything (`index`, 1). */
  scan(userId: string): Promise<RecordCounts>;
}

/** Deletions in one write. */
const batchSize = 500;
/** What began before an erasure has ended by then, and its mark can go. */
const markKeptMs = 7 * 86_400_000;

export function createUserErasure(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  queue: UserQueue,
): UserErasure {
  async function recordsOf(userId: string) {
    const user = userKey(userId);
    const kinds = Object.entries(userNamespaces(user));
    const found = await Promise.all(kinds.map(([, namespace]) => access.scan(namespace)));
    const [entry] = await access.get(userRecord, usersNamespace, [user]);
    const records = kinds.map(([kind], place) => [kind, found[place] ?? []] as const);
    return { records, isListed: entry !== null && entry !== undefined };
  }

  /** Any vector finds something, if there is anything. */
  async function isIndexed(userId: string): Promise<boolean> {
    const [vector = []] = await embedder.embed(["What is there?"]);
    return (await index.vectorSearch(userKey(userId), vector, 1)).length > 0;
  }

  const markOf = (user: UserKey, value: object | null) => ({
    namespace: erasedNamespace,
    key: user,
    value,
  });

  async function removeOldMarks(): Promise<void> {
    const before = Date.now() - markKeptMs;
    for (const item of await access.scan(erasedNamespace)) {
      if (Date.parse(parseRecord(erasureRecord, item).at) > before) continue;
      const user = item.key as UserKey;
      await access.writeErasing([markOf(user, null)], [markOf(user, item.value)]);
    }
  }

  return {
    async during(userId, work) {
      const user = userKey(userId);
      const erasure = { ...newErasure(), at: new Date().toISOString() };
      const running = markOf(user, { ...erasure, isRunning: true });
      await access.writeErasing([running]);
      try {
        await access.visits.stop(user);
        return await work();
      } finally {
        // Unless another erasure has begun meanwhile.
        await access.writeErasing([markOf(user, { ...erasure, isRunning: false })], [running]);
        await removeOldMarks();
        await access.purge();
      }
    },
    async erase(userId) {
      const user = userKey(userId);
      return queue.runOutside(user, async () => {
        // Before the store: what the store does not know, nobody would look for in the index again.
        await isIndexed(userId);
        await index.clear(user);
        const { records } = await recordsOf(userId);
        const deletions = records.flatMap(([kind, items]) =>
          items.map(({ namespace, key }) => ({ kind, namespace, key, value: null })),
        );
        for (let from = 0; from < deletions.length; from += batchSize)
          await access.writeErasing(deletions.slice(from, from + batchSize));
        // Last, so that the user is listed until then.
        await access.writeErasing([userChange(user, null)]);
        // A rebuild in the background may have written meanwhile.
        await index.clear(user);
        return countsOf(records);
      });
    },
    async scan(userId) {
      const { records, isListed } = await recordsOf(userId);
      return {
        ...countsOf(records),
        ...(isListed && { users: 1 }),
        ...((await isIndexed(userId)) && { index: 1 }),
      };
    },
  };
}

function countsOf(records: readonly (readonly [string, readonly unknown[]])[]): RecordCounts {
  return Object.fromEntries(
    records.flatMap(([kind, { length }]) => (length === 0 ? [] : [[kind, length]])),
  );
}
