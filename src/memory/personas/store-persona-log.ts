import {
  initialPersona,
  personaHead,
  type PersonaCheckpoint,
} from "../../domain/persona/persona-checkpoint.js";
import { userKey } from "../../domain/user-id.js";
import { createAppendLog } from "./append-log.js";
import { userNamespaces } from "../namespaces.js";
import type { PersonaLog } from "./persona-log.js";
import { personaRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";

/** Persona checkpoints in a LangGraph store. Version 0 is the same for all and is not stored. */
export function createPersonaLog(access: StoreAccess): PersonaLog {
  const log = createAppendLog(access, personaRecord);
  const namespace = (userId: string) => userNamespaces(userKey(userId)).personas;
  return {
    head: async (userId) => structuredClone(personaHead(await log.all(namespace(userId)))),
    async append(userId, { parent, ...checkpoint }) {
      return log.append(namespace(userId), {
        paperText: null,
        alignment: null,
        rollback: null,
        ...checkpoint,
        schemaVersion: 1,
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
