import {
  type PersonaCheckpoint,
  initialPersona,
  personaHead,
} from "../../domain/persona/persona-checkpoint.js";
import { withdrawFromPersonas } from "../../domain/forgetting/withdraw-from-personas.js";
import { userKey, type UserKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { parseRecord } from "../parse-record.js";
import { personaRecord, profileRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { createAppendLog } from "./append-log.js";

type SetByLog = "schemaVersion" | "id" | "version" | "parentId";
type Optional = "paperSystemPrompt" | "alignment" | "rollback";

/** A checkpoint to append. Fields that are left out become `null`. */
export type NewCheckpoint = Omit<PersonaCheckpoint, SetByLog | Optional> &
  Partial<Pick<PersonaCheckpoint, Optional>> & {
    readonly parent: Pick<PersonaCheckpoint, "id" | "version">;
  };

/**
 * A user's persona versions: append-only, without what rests on a deleted episode or on a corrected one alone. Store
 * errors as `EpisodicMemory`.
 */
export interface PersonaLog {
  /** The head by the rule of `personaHead`; version 0 for a user without a log. */
  head(userId: string): Promise<PersonaCheckpoint>;
  /** Appends a checkpoint whose version is the parent's + 1. Concurrent writers overwrite nothing. */
  append(userId: string, checkpoint: NewCheckpoint): Promise<PersonaCheckpoint>;
  /** All checkpoints, version 0 included, oldest version first; ties by time, then id. */
  history(userId: string): Promise<PersonaCheckpoint[]>;
}

/** A log that deletions erase from. */
export interface ErasablePersonaLog extends PersonaLog {
  /**
   * Removes from the store what is withdrawn; to be called before the profiles are erased.
   *
   * @returns The number of different lines that went.
   */
  erase(user: UserKey): Promise<number>;
}

/** Version 0 is the same for all users and is not stored. */
export function createPersonaLog(access: StoreAccess): ErasablePersonaLog {
  const log = createAppendLog<PersonaCheckpoint>(access, {
    record: personaRecord,
    namespace: "personas",
    async withdraw(checkpoints, withdrawals, user) {
      const isPaperMode = checkpoints.some(({ paperSystemPrompt }) => paperSystemPrompt !== null);
      const evidence = isPaperMode ? await readEvidence(user) : new Map<string, string[]>();
      return withdrawFromPersonas(checkpoints, withdrawals, (id) => evidence.get(id) ?? []);
    },
  });

  /** As they are in the store: a statement that is withdrawn was in the prompt that a text of paper mode was made from. */
  async function readEvidence(user: UserKey): Promise<ReadonlyMap<string, string[]>> {
    const items = await access.scan(userNamespaces(user).profiles);
    const profiles = items.map((item) => parseRecord(profileRecord, item));
    return new Map(
      profiles.map(({ id, statements }) => [id, statements.flatMap(({ evidence }) => evidence)]),
    );
  }

  return {
    head: async (userId) => structuredClone(personaHead(await log.all(userKey(userId)))),
    append: async (userId, { parent, ...checkpoint }) =>
      log.append(userKey(userId), () => ({
        paperSystemPrompt: null,
        alignment: null,
        rollback: null,
        ...checkpoint,
        schemaVersion: 2,
        version: parent.version + 1,
        parentId: parent.id,
      })),
    async history(userId) {
      const stored = await log.all(userKey(userId));
      return [structuredClone(initialPersona), ...stored.toSorted(byVersionThenTime)];
    },
    async erase(user) {
      const { before, after } = await log.erase(user);
      const texts = (checkpoints: readonly PersonaCheckpoint[]) =>
        new Set(checkpoints.flatMap(({ lines }) => lines.map(({ text }) => text)));
      return texts(before).size - texts(after).size;
    },
  };
}

/** The sort is stable and the log is sorted by id, so ties stay in the order of ids. */
function byVersionThenTime(a: PersonaCheckpoint, b: PersonaCheckpoint): number {
  return a.version - b.version || Date.parse(a.at) - Date.parse(b.at);
}
