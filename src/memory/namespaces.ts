import { LRUCache } from "lru-cache";
import type { UserKey } from "../domain/user-id.js";

/** The root names the layout below; another layout gets another root, so old and new never mix. */
const root = "pa1";

/** The users with episodes: key = user key, value = the id as callers know it. */
export const usersNamespace: readonly string[] = [root, "users"];

/** The prefix of every namespace of a user. */
export const allUsersPrefix: readonly string[] = [root, "u"];

/** One record: the format of all records; only a database that we migrate ourselves has it. */
export const formatNamespace: readonly string[] = [root, "format"];

/** What judging candidates showed, of all users together: key = a hash of run, iteration and candidate. */
export const judgedNamespace: readonly string[] = [root, "judged"];

/** Users whose data was or is being erased: key = user key. The only trace of them, which keeps late writers off. */
export const erasedNamespace: readonly string[] = [root, "erased"];

/** What is stored for a user. */
const kinds = [
  /** key = episode id */
  "episodes",
  /** key = episode id; pointers to the latest episodes only */
  "recent",
  /** The index outbox: ids of episodes that the index may lack, or may still have after a deletion. */
  "unindexed",
  /** Two records: the identity of the index that has all of the user's entries, and the secret that seals them. */
  "index",
  "profiles",
  /** One record: a copy of the latest profile. */
  "latestprofile",
  "personas",
  /** One record: the status of the user's alignment. */
  "alignment",
  /** One record: the user's time zone and language. */
  "locale",
  /** key = episode id: deleted episodes, and those whose true answer was replaced or removed */
  "withdrawn",
  /** One record: what reflections have read. */
  "reflection",
  /** key = UTC day: what model calls cost */
  "spending",
] as const;

/** For `LIKE`: the outboxes of all users. */
export const unindexedPattern = `${allUsersPrefix.join(":")}:%:unindexed`;

export type UserNamespaces = Readonly<Record<(typeof kinds)[number], readonly string[]>>;

/**
 * The namespaces of a user's records: the only place that knows the layout of keys.
 *
 * PostgreSQL's store joins labels with `:`, refuses `_ % . \` in them and searches by `LIKE 'prefix%'`, so labels are
 * lower-case letters and digits, and no last label begins with another one.
 */
export function userNamespaces(user: UserKey): UserNamespaces {
  const known = lately.get(user);
  if (known !== undefined) return known;
  const entries = kinds.map((kind) => [kind, [...allUsersPrefix, user, kind]]);
  const made = Object.fromEntries(entries) as UserNamespaces;
  lately.set(user, made);
  return made;
}

/** A turn asks for them some forty times. */
const lately = new LRUCache<UserKey, UserNamespaces>({ max: 1_000 });

/** Whose a record is; `null` of what belongs to no one user. */
export function ownerOf(namespace: readonly string[], key: string): UserKey | null {
  const [first, second, third] = namespace;
  if (first !== root) return null;
  if (second === allUsersPrefix[1] && third !== undefined) return third as UserKey;
  const isKey = second === usersNamespace[1] || second === erasedNamespace[1];
  return isKey && key !== "" ? (key as UserKey) : null;
}
