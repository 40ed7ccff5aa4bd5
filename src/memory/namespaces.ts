import type { UserKey } from "../domain/user-id.js";

/** The root names the layout below; another layout gets another root, so old and new never mix. */
const root = "pa1";

/** Who has episodes: key = user key, value = the id as callers know it. */
export const usersNamespace: readonly string[] = [root, "users"];

/** What every namespace of a user begins with. */
export const allUsersPrefix: readonly string[] = [root, "u"];

/** One record: the format that all records are in; only a database that we migrate ourselves has it. */
export const formatNamespace: readonly string[] = [root, "format"];

export interface UserNamespaces {
  /** key = episode id */
  readonly episodes: readonly string[];
  /** key = episode id; pointers to the latest episodes only */
  readonly recent: readonly string[];
  /** Marks: which ids the index may not know, or may still know though they are gone. */
  readonly unindexed: readonly string[];
  /** One record: the index identity that the user's entries are complete in. */
  readonly index: readonly string[];
  readonly profiles: readonly string[];
  readonly personas: readonly string[];
  /** One record: how the user's alignment stands. */
  readonly alignment: readonly string[];
}

/**
 * Where a user's records live: the only place that knows the layout of keys.
 *
 * PostgreSQL's store joins labels with `:`, refuses `_ % . \` in them and searches by `LIKE 'prefix%'`, so
 * labels are lower-case letters and digits, and none of the last ones begins with another.
 */
export function userNamespaces(user: UserKey): UserNamespaces {
  const namespace = (thing: string) => [...allUsersPrefix, user, thing];
  return {
    episodes: namespace("episodes"),
    recent: namespace("recent"),
    unindexed: namespace("unindexed"),
    index: namespace("index"),
    profiles: namespace("profiles"),
    personas: namespace("personas"),
    alignment: namespace("alignment"),
  };
}
