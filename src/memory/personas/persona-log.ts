import {
  type PersonaCheckpoint,
  initialPersona,
  personaHead,
} from "../../domain/persona/persona-checkpoint.js";
import { userKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { personaRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { createAppendLog } from "./append-log.js";

type SetByLog = "schemaVersion" | "id" | "version" | "parentId";
type Optional = "paperSystemPrompt" | "alignment" | "rollback";

/** A checkpoint to append. Fields that are left out become `null`. */
export type NewCheckpoint = Omit<PersonaCheckpoint, SetByLog | Optional> &
  Partial<Pick<PersonaCheckpoint, Optional>> & {
    readonly parent: Pick<PersonaCheckpoint, "id" | "version">;
  };

/** A user's persona versions: append-only. Store errors as `EpisodicMemory`. */
export interface PersonaLog {
  /** The head by the rule of `personaHead`; version 0 for a user without a log. */
  head(userId: string): Promise<PersonaCheckpoint>;
  /** Appends a checkpoint whose version is the parent's + 1. Concurrent writers overwrite nothing. */
  append(userId: string, checkpoint: NewCheckpoint): Promise<PersonaCheckpoint>;
  /** All checkpoints, version 0 included, oldest version first; ties by time, then id. */
  history(userId: string): Promise<PersonaCheckpoint[]>;
}

/** Version 0 is the same for all users and is not stored. */
export function createPersonaLog(access: StoreAccess): PersonaLog {
  const log = createAppendLog(access, personaRecord);
  const namespaceOf = (userId: string) => userNamespaces(userKey(userId)).personas;
  return {
    head: async (userId) => structuredClone(personaHead(await log.all(namespaceOf(userId)))),
    append: async (userId, { parent, ...checkpoint }) =>
      log.append(namespaceOf(userId), {
        paperSystemPrompt: null,
        alignment: null,
        rollback: null,
        ...checkpoint,
        schemaVersion: 2,
        version: parent.version + 1,
        parentId: parent.id,
      }),
    async history(userId) {
      const stored = await log.all(namespaceOf(userId));
      return [structuredClone(initialPersona), ...stored.toSorted(byVersionThenTime)];
    },
  };
}

/** The sort is stable and the log is sorted by id, so ties stay in the order of ids. */
function byVersionThenTime(a: PersonaCheckpoint, b: PersonaCheckpoint): number {
  return a.version - b.version || Date.parse(a.at) - Date.parse(b.at);
}
