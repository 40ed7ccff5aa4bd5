import type { Profile } from "../../domain/profile.js";

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
