import type { AlignmentStatus } from "../../domain/alignment/alignment-status.js";

/** How each user's alignment stands. Store errors as `EpisodicMemory`. */
export interface AlignmentStatusStore {
  /** `neverAligned` for a user without a record. */
  get(userId: string): Promise<AlignmentStatus>;
  /** Replaces the fields given. Of two writers that meet, the later one's fields stand. */
  update(
    userId: string,
    change: Partial<Omit<AlignmentStatus, "schemaVersion">>,
  ): Promise<AlignmentStatus>;
}
