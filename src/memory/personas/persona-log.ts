import {
  type PersonaCheckpoint,
  initialPersona,
  personaHead,
} from "../../domain/persona/persona-checkpoint.js";
import { userKey } from "../../domain/user-id.js";
import { createAppendLog } from "./append-log.js";
import { userNamespaces } from "../namespaces.js";
import { personaRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";

type Given = "schemaVersion" | "id" | "version" | "parentId";
type Seldom = "paperSystemPrompt" | "alignment" | "rollback";

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

/** Persona checkpoints in a LangGraph store. Version 0 is the same for all and is not stored. */
export function createPersonaLog(access: StoreAccess): PersonaLog {
  const log = createAppendLog(access, personaRecord);
  const namespace = (userId: string) => userNamespaces(userKey(userId)).personas;
  return {
    head: async (userId) => structuredClone(personaHead(await log.all(namespace(userId)))),
    async append(userId, { parent, ...checkpoint }) {
      return log.append(namespace(userId), {
        paperSystemPrompt: null,
        alignment: null,
        rollback: null,
        ...checkpoint,
        schemaVersion: 2,
        version: parent.version + 1,
        parentId: parent.id,
      });
    },
    async history(userId) {
      const stored = await log.all(namespace(userId));
      return [structuredClone(initialPersona), ...stored.toSorted(byVersionThenTime)];
    },
  };
}

/** Ids sort versions already, and the sort is stable, so equal times stay in the order of their ids. */
function byVersionThenTime(a: PersonaCheckpoint, b: PersonaCheckpoint): number {
  return a.version - b.version || Date.parse(a.at) - Date.parse(b.at);
}
