import type { Profile } from "../../domain/profile.js";
import { userKey } from "../../domain/user-id.js";
import { createAppendLog } from "./append-log.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { profileRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";

/** A user's semantic memory: an append-only log of profiles. Store errors as `EpisodicMemory`. */
export interface ProfileLog {
  /** The highest version; of two with one number, the one with the lower id. Null when there is none. */
  current(userId: string): Promise<Profile | null>;
  /** Appends; the version, id and schema version are given by the log. */
  append(
    userId: string,
    profile: Omit<Profile, "schemaVersion" | "id" | "version">,
  ): Promise<Profile>;
  /** All versions, oldest first. */
  history(userId: string): Promise<Profile[]>;
}

/** Profiles in a LangGraph store. The first version is 1. */
export function createProfileLog(access: StoreAccess): ProfileLog {
  const log = createAppendLog(access, profileRecord);
  // Two appends of one process get two versions; of two processes perhaps one, and then both stay.
  const queue = createKeyedQueue();
  const namespace = (userId: string) => userNamespaces(userKey(userId)).profiles;

  async function current(userId: string) {
    const profiles = await log.all(namespace(userId));
    const version = profiles.at(-1)?.version;
    return profiles.find((profile) => profile.version === version) ?? null;
  }

  return {
    current,
    append: async (userId, profile) =>
      queue.run(userKey(userId), async () =>
        log.append(namespace(userId), {
          ...profile,
          schemaVersion: 1,
          version: ((await current(userId))?.version ?? 0) + 1,
        }),
      ),
    history: async (userId) => log.all(namespace(userId)),
  };
}
