import { createHash } from "node:crypto";
import type { UserKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { outboxRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { parseRecord } from "../parse-record.js";

/**
 * At most this many ids in one entry, and so episodes in one write to the index: a turn must be able to wait while one is
 * drained, and each write to Chroma has a price of its own, whatever is in it.
 */
export const outboxEntrySize = 128;

/**
 * Ids that were written or deleted in the store, and that the index may not know about. An entry is enqueued before the
 * episode is written and acknowledged after the index took it, so a crash between the two loses nothing.
 */
export interface OutboxEntry {
  readonly key: string;
  readonly ids: readonly string[];
}

/** All entries of a user, newest first. */
export async function readOutbox(access: StoreAccess, user: UserKey): Promise<OutboxEntry[]> {
  const items = await access.scan(userNamespaces(user).unindexed);
  return items
    .toReversed()
    .map((item) => ({ key: item.key, ids: parseRecord(outboxRecord, item).ids }));
}

/** @param neighbours - Ids that the index knows with words of these, and so must learn again. */
export function outboxEntry(
  changed: readonly string[],
  neighbours: readonly string[] = [],
): OutboxEntry {
  const ids = [...changed, ...neighbours];
  const [only = ""] = changed;
  // Keys sort by time where they can: the newest are drained first.
  if (changed.length === 1) return { key: only, ids };
  return { key: createHash("sha256").update(ids.join()).digest("hex").slice(0, 26), ids };
}

export function outboxIds(outbox: readonly OutboxEntry[]): string[] {
  return [...new Set(outbox.flatMap(({ ids }) => ids))].toSorted().toReversed();
}

export function enqueue(user: UserKey, { key, ids }: OutboxEntry): StoreChange {
  return { namespace: userNamespaces(user).unindexed, key, value: { schemaVersion: 1, ids } };
}

export function acknowledge(user: UserKey, { key }: OutboxEntry): StoreChange {
  return { namespace: userNamespaces(user).unindexed, key, value: null };
}
