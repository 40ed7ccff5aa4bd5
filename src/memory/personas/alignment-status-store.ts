import { type AlignmentStatus, neverAligned } from "../../domain/alignment/alignment-status.js";
import { userKey } from "../../domain/user-id.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { alignmentRecordKind } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { storableFields } from "./append-log.js";

/** The status of each user's alignment, one record a user. Store errors as `EpisodicMemory`. */
export interface AlignmentStatusStore {
  /** `neverAligned` for a user without a record. */
  get(userId: string): Promise<AlignmentStatus>;
  /** Replaces the given fields. Of two concurrent writers, the later one's fields remain. */
  update(
    userId: string,
    change: Partial<Omit<AlignmentStatus, "schemaVersion">>,
  ): Promise<AlignmentStatus>;
}

const key = "state";

export function createAlignmentStatusStore(access: StoreAccess): AlignmentStatusStore {
  const queue = createKeyedQueue();
  const namespaceOf = (userId: string) => userNamespaces(userKey(userId)).alignment;
  async function get(userId: string) {
    const [status] = await access.get(alignmentRecordKind, namespaceOf(userId), [key]);
    return status ?? structuredClone(neverAligned);
  }
  return {
    get,
    update: async (userId, change) =>
      queue.run(userKey(userId), async () => {
        const value = { ...(await get(userId)), ...storableFields(change) } as AlignmentStatus;
        await access.write([{ namespace: namespaceOf(userId), key, value }]);
        return value;
      }),
  };
}
