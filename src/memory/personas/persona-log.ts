import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";

type Given = "schemaVersion" | "id" | "version" | "parentId";
type Seldom = "paperText" | "alignment" | "rollback";

/** What the log is given of a checkpoint; `null` for what is left out. */
export type NewCheckpoint = Omit<PersonaCheckpoint, Given | Seldom> &
  Partial<Pick<PersonaCheckpoint, Seldom>> & {
    readonly parent: Pick<PersonaCheckpoint, "id" | "version">;
  };

/** A user's persona versions: append-only. Store errors as `EpisodicMemory`. */
export interface PersonaLog {
  /** The head by the rule of `personaHead`; version 0 for a user without a log. */
  head(userId: string): Promise<PersonaCheckpoint>;
  /**
   * Appends a checkpoint made from `parentId`; version (parent's + 1), id and schema version are given by
   * the log. Nothing is overwritten when two writers meet.
   */
  append(userId: string, checkpoint: NewCheckpoint): Promise<PersonaCheckpoint>;
  /** All checkpoints, version 0 included, oldest version first; ties by time, then id. */
  history(userId: string): Promise<PersonaCheckpoint[]>;
}
