import { noLocale, parseLocale, type UserLocale } from "../../domain/locale.js";
import { userKey } from "../../domain/user-id.js";
import { userNamespaces } from "../namespaces.js";
import { localeRecord } from "../record-schemas.js";
import { changeRecord } from "../change-record.js";
import type { StoreAccess } from "../store-access.js";

/** Each user's time zone and language, one record a user. Store errors as `EpisodicMemory`. */
export interface LocaleStore {
  /** `noLocale` for a user who set nothing. */
  get(userId: string): Promise<UserLocale>;
  /**
   * Sets what is given; `null` removes it.
   *
   * @returns The user's locale now.
   * @throws {PersonaAgentError} `config-invalid` for a time zone or language that does not exist; nothing is set then.
   */
  set(userId: string, change: Partial<UserLocale>): Promise<UserLocale>;
}

const key = "locale";

export function createLocaleStore(access: StoreAccess): LocaleStore {
  const queue = access.createUserQueue();
  const namespaceOf = (userId: string) => userNamespaces(userKey(userId)).locale;
  async function get(userId: string): Promise<UserLocale> {
    const [stored] = await access.get(localeRecord, namespaceOf(userId), [key]);
    const { timeZone, language } = stored ?? noLocale;
    return { timeZone, language };
  }
  return {
    get,
    async set(userId, change) {
      const checked = parseLocale(change);
      const user = userKey(userId);
      return queue.run(user, async () => {
        const { timeZone, language } = await changeRecord(
          access,
          localeRecord,
          namespaceOf(userId),
          key,
          (stored) => ({ ...(stored ?? noLocale), ...checked, schemaVersion: 1 as const }),
        );
        return { timeZone, language };
      });
    },
  };
}
