import { type AlignmentStatus, neverAligned } from "../../domain/alignment/alignment-status.js";
import { neverReflected, type ReflectionStatus } from "../../domain/reflection-status.js";
import { userKey } from "../../domain/user-id.js";
import { type UserNamespaces, userNamespaces } from "../namespaces.js";
import type { RecordKind } from "../parse-record.js";
import { alignmentRecordKind, reflectionRecord } from "../record-schemas.js";
import { changeRecord } from "../change-record.js";
import type { StoreAccess } from "../store-access.js";
import { storableFields } from "./append-log.js";

/** The status of something that runs for each user, one record a user. Store errors as `EpisodicMemory`. */
export interface StatusStore<Status> {
  /** The initial status for a user without a record. */
  get(userId: string): Promise<Status>;
  /** Replaces the given fields. Of two concurrent writers, the later one's fields remain. */
  update(userId: string, change: Partial<Omit<Status, "schemaVersion">>): Promise<Status>;
}

const key = "state";

export function createAlignmentStatusStore(access: StoreAccess): StatusStore<AlignmentStatus> {
  return createStatusStore(access, alignmentRecordKind, "alignment", neverAligned);
}

export function createReflectionStatusStore(access: StoreAccess): StatusStore<ReflectionStatus> {
  return createStatusStore(access, reflectionRecord, "reflection", neverReflected);
}

function createStatusStore<Status extends object>(
  access: StoreAccess,
  kind: RecordKind<Status>,
  namespace: keyof UserNamespaces,
  initial: Status,
): StatusStore<Status> {
  const queue = access.createUserQueue();
  const namespaceOf = (userId: string) => userNamespaces(userKey(userId))[namespace];
  async function get(userId: string) {
    const [status] = await access.get(kind, namespaceOf(userId), [key]);
    return status ?? structuredClone(initial);
  }
  return {
    get,
    update: async (userId, change) =>
      queue.run(userKey(userId), () =>
        changeRecord(access, kind, namespaceOf(userId), key, (status): Status => ({
          ...(status ?? structuredClone(initial)),
          ...(storableFields(change) as Partial<Status>),
        })),
      ),
  };
}
