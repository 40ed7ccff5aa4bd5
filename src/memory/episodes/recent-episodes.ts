import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { pointerRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { parseRecord } from "../parse-record.js";

/** The window reaches this far back. */
export const recentSize = 256;
/** Pointers beyond the window before it is trimmed again, so that not every write deletes one. */
const slack = 64;

/**
 * Pointers to a user's newest episodes: id to when its true answer came to memory (ISO 8601), newest first. They have
 * no gap: what is newer than the oldest pointer has one. Fewer than 256 are all there are.
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

/** The changes that bring written episodes into the window and trim it. Older ones than a full window get no pointer. */
export function admitted(user: UserKey, before: RecentPointers, written: RecentPointers) {
  const oldest = [...before.keys()].at(-1) ?? "";
  const admittable = [...written].filter(([id]) => isWhole(before) || id >= oldest);
  const all = new Map([...before, ...admittable]);
  const ids = [...all.keys()].toSorted().toReversed();
  const kept = new Set(ids.length > recentSize + slack ? ids.slice(0, recentSize) : ids);
  const puts = admittable
    .filter(([id, answeredAt]) => kept.has(id) && before.get(id) !== answeredAt)
    .map(([id, answeredAt]) => pointerChange(user, id, { schemaVersion: 1, answeredAt }));
  const drops = [...before.keys()].filter((id) => !kept.has(id));
  return [...puts, ...drops.map((id) => pointerChange(user, id, null))];
}

/** Pointers for the newest of a whole history: what the window is filled up with. */
export function filled(history: readonly Episode[], known: RecentPointers): RecentPointers {
  const newest = history.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, recentSize + slack);
  return new Map(
    newest.map((episode) => [episode.id, known.get(episode.id) ?? answeredBy(episode)]),
  );
}

/** When the answer came to memory is only in the pointer; without one, the nearest time that the episode tells. */
function answeredBy({ groundTruth: answer, feedback, at }: Episode): string | null {
  return answer === null ? null : (feedback?.at ?? at ?? "1970-01-01T00:00:00.000Z");
}

export function pointerChange(user: UserKey, id: string, value: object | null): StoreChange {
  return { namespace: userNamespaces(user).recent, key: id, value };
}
