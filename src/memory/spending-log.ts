import { type Spending, type Spent, withSpending } from "../domain/spending.js";
import { type UserKey, userKey } from "../domain/user-id.js";
import { changeRecord } from "./change-record.js";
import { userNamespaces } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { spendingRecord } from "./record-schemas.js";
import type { StoreAccess, StoreChange } from "./store-access.js";

/** What each user's model calls cost, a record a day. Store errors as `EpisodicMemory`. */
export interface SpendingLog {
  /** @param at - When, ISO 8601. Nothing is written of no calls. */
  add(userId: string, spending: Spending, at: string): Promise<void>;
  /** By UTC day, the first one first. */
  days(userId: string): Promise<{ readonly day: string; readonly spent: readonly Spent[] }[]>;
}

export function createSpendingLog(access: StoreAccess): SpendingLog {
  const queue = access.createUserQueue();
  return {
    async add(userId, spending, at) {
      if (spending.usage.calls === 0) return;
      const user = userKey(userId);
      const { spending: namespace } = userNamespaces(user);
      await queue.run(user, () =>
        changeRecord(access, spendingRecord, namespace, dayOf(at), (record) => ({
          schemaVersion: 1,
          spent: withSpending(record?.spent ?? [], spending),
        })),
      );
    },
    async days(userId) {
      const items = await access.scan(userNamespaces(userKey(userId)).spending);
      return items.map((item) => ({
        day: item.key,
        spent: parseRecord(spendingRecord, item).spent,
      }));
    },
  };
}

export const dayOf = (at: string) => at.slice(0, 10);

/** The change that adds a turn's spending to its day, as it was read. */
export function spendingChange(
  user: UserKey,
  day: string,
  before: readonly Spent[],
  spending: Spending,
): StoreChange {
  return {
    namespace: userNamespaces(user).spending,
    key: day,
    value: { schemaVersion: 1, spent: withSpending(before, spending) },
  };
}
