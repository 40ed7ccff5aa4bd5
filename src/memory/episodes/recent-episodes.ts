import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { parseRecord } from "../parse-record.js";
import { pointerRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";

/** The number of episodes in the window of recent ones. */
export const recentSize = 256;
/** Pointers beyond the window before it is trimmed, so that not every write deletes one. */
const slack = 64;

/**
 * Pointers to a user's newest episodes, newest first: the id, and when the true answer came to memory (ISO 8601). They
 * have no gap: every episode newer than the oldest pointer has one. Fewer than 256 are the whole history.
 */
export type RecentPointers = ReadonlyMap<string, string | null>;

export async function readRecent(access: StoreAccess, user: UserKey): Promise<RecentPointers> {
  const items = await access.scan(userNamespaces(user).recent);
  return new Map(
    items.toReversed().map((item) => [item.key, parseRecord(pointerRecord, item).answeredAt]),
  );
}

/** Whether the pointers are the user's whole history. */
export function isWhole(pointers: RecentPointers): boolean {
  return pointers.size < recentSize;
}

/** The changes that add written episodes to the window and trim it. Episodes older than a full window get no pointer. */
export function admitted(user: UserKey, before: RecentPointers, written: RecentPointers) {
  const oldest = [...before.keys()].at(-1) ?? "";
  const admittable = [...written].filter(([id]) => isWhole(before) || id >= oldest);
  const ids = [...new Map([...before, ...admittable]).keys()].toSorted().toReversed();
  const kept = new Set(ids.length > recentSize + slack ? ids.slice(0, recentSize) : ids);
  const puts = admittable
    .filter(([id, answeredAt]) => kept.has(id) && before.get(id) !== answeredAt)
    .map(([id, answeredAt]) => pointerChange(user, id, { schemaVersion: 1, answeredAt }));
  const drops = [...before.keys()].filter((id) => !kept.has(id));
  return [...puts, ...drops.map((id) => pointerChange(user, id, null))];
}

/** Pointers for the newest episodes of a whole history. */
export function filled(history: readonly Episode[], known: RecentPointers): RecentPointers {
  const newest = history.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, recentSize + slack);
  return new Map(
    newest.map((episode) => [episode.id, known.get(episode.id) ?? answeredBy(episode)]),
  );
}

/** Only a pointer has the time when the answer came to memory; without one, the nearest time in the episode. */
function answeredBy({ groundTruth, feedback, at }: Episode): string | null {
  return groundTruth === null ? null : (feedback?.at ?? at ?? "1970-01-01T00:00:00.000Z");
}

export function pointerChange(user: UserKey, id: string, value: object | null): StoreChange {
  return { namespace: userNamespaces(user).recent, key: id, value };
}
