import { isDeepStrictEqual } from "node:util";
import { LRUCache } from "lru-cache";
import { withdrawFromProfiles } from "../../domain/forgetting/withdraw-from-profiles.js";
import { deletedSince, type Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { Profile } from "../../domain/profile.js";
import { userKey, type UserKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { profileRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { readWithdrawals } from "../withdrawals.js";
import { createAppendLog } from "./append-log.js";

/** A profile to append. */
export type NewProfile = Omit<Profile, "schemaVersion" | "id" | "version">;

/**
 * A user's semantic memory: an append-only log of profiles, without the statements that rest on a deleted episode or on
 * a corrected one alone. Store errors as `EpisodicMemory`.
 */
export interface ProfileLog {
  /** The highest version; of two with the same number, the one that was written last. Null when there is none. */
  current(userId: string): Promise<Profile | null>;
  /**
   * Appends under the next version, from 1. If an episode was deleted after `at`, the present statements stay: the given
   * ones may repeat it.
   */
  append(userId: string, profile: NewProfile): Promise<Profile>;
  /**
   * Appends a profile that was made from the version with this id, or from none. One that is in the log already is not
   * appended again.
   *
   * @returns `null`, and nothing is appended, when another version is the current one by now.
   */
  appendAfter(userId: string, baseId: string | null, profile: NewProfile): Promise<Profile | null>;
  /** All versions, oldest first. */
  history(userId: string): Promise<Profile[]>;
}

/** A log that deletions erase from. */
export interface ErasableProfileLog extends ProfileLog {
  /** Removes from the store what is withdrawn. @returns The number of different statements that went. */
  erase(user: UserKey): Promise<number>;
}

const key = "profile";

/** The change that keeps a copy of the latest of all versions. */
export function latestProfileChange(user: UserKey, profiles: readonly Profile[]): StoreChange[] {
  const value = currentProfile(profiles);
  return value === null ? [] : [{ namespace: userNamespaces(user).latestprofile, key, value }];
}

/** The latest version has a copy beside the log: a turn must not read the more, the more was learned. */
export function createProfileLog(access: StoreAccess): ErasableProfileLog {
  // Appends of one process get different versions. Those of two processes may get the same one, and both are kept.
  const log = createAppendLog(access, {
    record: profileRecord,
    namespace: "profiles",
    withdraw: withdrawFromProfiles,
    beside: latestProfileChange,
  });
  /** Users whose log was found to be empty: every later profile comes with its copy. */
  const withoutLog = new LRUCache<UserKey, true>({ max: 10_000 });
  return {
    async current(userId) {
      const user = userKey(userId);
      const [copies, withdrawals] = await Promise.all([
        access.get(profileRecord, userNamespaces(user).latestprofile, [key]),
        readWithdrawals(access, user),
      ]);
      const [copy] = copies.filter((profile) => profile !== null);
      if (copy === undefined) {
        if (withoutLog.has(user)) return null;
        // A log that an earlier build wrote has no copy yet.
        const profiles = await log.all(user);
        if (profiles.length === 0) withoutLog.set(user, true);
        return currentProfile(profiles);
      }
      return withdrawFromProfiles([copy], withdrawals)[0] ?? null;
    },
    append: async (userId, profile) =>
      log.append(userKey(userId), (profiles, withdrawals) => next(profiles, withdrawals, profile)),
    async appendAfter(userId, baseId, profile) {
      let stored: Profile | undefined;
      const appended = await log.append(userKey(userId), (profiles, withdrawals) => {
        stored = profiles.find((each) => isDeepStrictEqual(each, { ...each, ...profile }));
        const isBase = (currentProfile(profiles)?.id ?? null) === baseId;
        return stored === undefined && isBase ? next(profiles, withdrawals, profile) : null;
      });
      return stored ?? appended;
    },
    history: async (userId) => log.all(userKey(userId)),
    async erase(user) {
      const { before, after } = await log.erase(user);
      const texts = (profiles: readonly Profile[]) =>
        new Set(profiles.flatMap(({ statements }) => statements.map(({ text }) => text)));
      return texts(before).size - texts(after).size;
    },
  };
}

function next(
  profiles: readonly Profile[],
  withdrawals: readonly Withdrawal[],
  profile: NewProfile,
): Omit<Profile, "id"> {
  const current = currentProfile(profiles);
  const isOutdated = deletedSince(withdrawals, profile.at).some(
    ({ episodeId }) => episodeId <= (profile.lastEpisodeId ?? ""),
  );
  return {
    ...profile,
    ...(isOutdated && { statements: current?.statements ?? [], episodeCount: 0 }),
    schemaVersion: 1,
    version: (current?.version ?? 0) + 1,
  };
}

function currentProfile(profiles: readonly Profile[]): Profile | null {
  const version = profiles.at(-1)?.version;
  return profiles.find((profile) => profile.version === version) ?? null;
}
