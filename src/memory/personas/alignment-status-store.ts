import { type AlignmentStatus, neverAligned } from "../../domain/alignment/alignment-status.js";
import { userKey } from "../../domain/user-id.js";
import { storableFields } from "./append-log.js";
import { createKeyedQueue } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { alignmentRecordKind } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";

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

const key = "state";

/** Alignment states in a LangGraph store: one record a user. */
export function createAlignmentStatusStore(access: StoreAccess): AlignmentStatusStore {
  const queue = createKeyedQueue();
  async function get(userId: string) {
    const namespace = userNamespaces(userKey(userId)).alignment;
    const [state] = await access.get(alignmentRecordKind, namespace, [key]);
    return state ?? structuredClone(neverAligned);
  }
  return {
    get,
    async update(userId, change) {
      const user = userKey(userId);
      return queue.run(user, async () => {
        const value = { ...(await get(userId)), ...storableFields(change) } as AlignmentStatus;
        await access.write([{ namespace: userNamespaces(user).alignment, key, value }]);
        return value;
      });
    },
  };
}
