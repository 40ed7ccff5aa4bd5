import type { Profile } from "../../domain/profile.js";
import { userKey } from "../../domain/user-id.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { profileRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { createAppendLog } from "./append-log.js";

/** A user's semantic memory: an append-only log of profiles. Store errors as `EpisodicMemory`. */
export interface ProfileLog {
  /** The highest version; of two with the same number, the one with the lower id. Null when there is none. */
  current(userId: string): Promise<Profile | null>;
  /** Appends under the next version, from 1. */
  append(
    userId: string,
    profile: Omit<Profile, "schemaVersion" | "id" | "version">,
  ): Promise<Profile>;
  /** All versions, oldest first. */
  history(userId: string): Promise<Profile[]>;
}

export function createProfileLog(access: StoreAccess): ProfileLog {
  const log = createAppendLog(access, profileRecord);
  // Appends of one process get different versions. Those of two processes may get the same one, and both are kept.
  const queue = createKeyedQueue();
  const namespaceOf = (userId: string) => userNamespaces(userKey(userId)).profiles;

  async function current(userId: string) {
    const profiles = await log.all(namespaceOf(userId));
    const version = profiles.at(-1)?.version;
    return profiles.find((profile) => profile.version === version) ?? null;
  }

  return {
    current,
    append: async (userId, profile) =>
      queue.run(userKey(userId), async () =>
        log.append(namespaceOf(userId), {
          ...profile,
          schemaVersion: 1,
          version: ((await current(userId))?.version ?? 0) + 1,
        }),
      ),
    history: async (userId) => log.all(namespaceOf(userId)),
  };
}
