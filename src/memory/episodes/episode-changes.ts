import type { Episode } from "../../domain/episode.js";
import { parseUserId, type UserKey } from "../../domain/user-id.js";
import { userNamespaces, usersNamespace } from "../namespaces.js";
import type { StoreChange } from "../store-access.js";

export const idsOf = (episodes: readonly Episode[]) => episodes.map(({ id }) => id);

/** `null` deletes. */
export function episodeChange(user: UserKey, id: string, value: Episode | null): StoreChange {
  return { namespace: userNamespaces(user).episodes, key: id, value };
}

/** Whether the user is one with episodes; `null` for one without. */
export function userChange(user: UserKey, userId: string | null): StoreChange {
  const value = userId === null ? null : { schemaVersion: 1, userId: parseUserId(userId) };
  return { namespace: usersNamespace, key: user, value };
}

/** Nothing of the user is in the index. */
export function stateless(user: UserKey): StoreChange {
  return { namespace: userNamespaces(user).index, key: "state", value: null };
}
