import type { Withdrawal } from "../domain/forgetting/withdrawal.js";
import type { UserKey } from "../domain/user-id.js";
import { userNamespaces } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { withdrawalRecord } from "./record-schemas.js";
import type { StoreAccess, StoreChange } from "./store-access.js";

/** Of all of a user's episodes, by id. */
export async function readWithdrawals(access: StoreAccess, user: UserKey): Promise<Withdrawal[]> {
  const items = await access.scan(userNamespaces(user).withdrawn);
  return items.map((item) => parseRecord(withdrawalRecord, item));
}

export function withdrawalChange(user: UserKey, withdrawal: Withdrawal): StoreChange {
  const { withdrawn } = userNamespaces(user);
  return { namespace: withdrawn, key: withdrawal.episodeId, value: withdrawal };
}

/** The change after which an episode counts as never withdrawn. */
export function reinstatement(user: UserKey, episodeId: string): StoreChange {
  return { namespace: userNamespaces(user).withdrawn, key: episodeId, value: null };
}
