import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Withdrawal } from "../../domain/forgetting/withdrawal.js";
import { storableText } from "../../domain/text/storable-text.js";
import type { UserKey } from "../../domain/user-id.js";
import { type UserNamespaces, userNamespaces } from "../namespaces.js";
import { parseRecord, type RecordKind } from "../parse-record.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { readWithdrawals } from "../withdrawals.js";

const maxTextLength = 32_000;

/** A kind of record of which a user has a log. */
export interface LogKind<T> {
  readonly record: RecordKind<T>;
  readonly namespace: keyof UserNamespaces;
  /** The records of a log, in their order, without what is withdrawn. */
  withdraw(
    records: readonly T[],
    withdrawals: readonly Withdrawal[],
    user: UserKey,
  ): readonly T[] | Promise<readonly T[]>;
  /** What is kept beside the log, and written together with every change of it. */
  readonly beside?: (user: UserKey, records: readonly T[]) => readonly StoreChange[];
}

/** Called while nothing else in this process appends to the log. */
type Make<T, Made> = (log: readonly T[], withdrawals: readonly Withdrawal[]) => Made;

/**
 * Records that are only ever added. Only what rests on a deleted episode is taken out of them again: readers leave it
 * out from the moment of the deletion on, and `erase` removes it from the store.
 */
export interface AppendLog<T> {
  /** Adds a record under an id made from its version and content; returns it as stored. Nothing is added for `null`. */
  append(user: UserKey, make: Make<T, Omit<T, "id">>): Promise<T>;
  append(user: UserKey, make: Make<T, Omit<T, "id"> | null>): Promise<T | null>;
  /** Everything, by id: lowest version first. */
  all(user: UserKey): Promise<T[]>;
  /** Rewrites the records that hold what is withdrawn; gives all of them as they were and as they are. */
  erase(user: UserKey): Promise<{ readonly before: readonly T[]; readonly after: readonly T[] }>;
}

/**
 * A log over a store without compare-and-set: no key is ever written with different content, but for `erase`. An id is
 * the version, so that ids sort as versions, and a hash of the content, so that two writers of one version keep both
 * records and a repeated append writes the same record.
 */
export function createAppendLog<T extends { readonly id: string; readonly version: number }>(
  access: StoreAccess,
  kind: LogKind<T>,
): AppendLog<T> {
  // One after another, or an append that was made before a deletion would be stored after its erasing.
  const queue = access.createUserQueue();
  const namespaceOf = (user: UserKey) => userNamespaces(user)[kind.namespace];

  async function read(user: UserKey) {
    const [items, withdrawals] = await Promise.all([
      access.scan(namespaceOf(user)),
      readWithdrawals(access, user),
    ]);
    const stored = items.map((item) => parseRecord(kind.record, item));
    return { stored, withdrawals, log: await left(stored, withdrawals, user) };
  }

  async function left(records: readonly T[], withdrawals: readonly Withdrawal[], user: UserKey) {
    return withdrawals.length === 0 ? records : kind.withdraw(records, withdrawals, user);
  }

  const beside = kind.beside ?? (() => []);

  async function append(user: UserKey, make: Make<T, Omit<T, "id">>): Promise<T>;
  async function append(user: UserKey, make: Make<T, Omit<T, "id"> | null>): Promise<T | null>;
  async function append(user: UserKey, make: Make<T, Omit<T, "id"> | null>): Promise<T | null> {
    return queue.run(user, async () => {
      const { log, withdrawals } = await read(user);
      const namespace = namespaceOf(user);
      const fields = make(log, withdrawals);
      if (fields === null) return null;
      const content = storableFields(fields);
      const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
      const key = `${String(content["version"]).padStart(10, "0")}-${hash.slice(0, 12)}`;
      const made = parseRecord(kind.record, { namespace, key, value: { ...content, id: key } });
      const records = await left([...log, made], withdrawals, user);
      const value = records.at(-1) ?? made;
      await access.write([{ namespace, key, value }, ...beside(user, records)]);
      return structuredClone(value);
    });
  }

  return {
    append,
    all: async (user) => [...(await read(user)).log],
    erase: async (user) =>
      queue.run(user, async () => {
        const { stored: before, log: after } = await read(user);
        const changed = after.filter((record, place) => !isDeepStrictEqual(record, before[place]));
        const namespace = namespaceOf(user);
        const changes = changed.map((value) => ({ namespace, key: value.id, value }));
        // Also where nothing changed: an erasing that was killed may have changed the log alone.
        await access.write([...changes, ...beside(user, after)]);
        return { before, after };
      }),
  };
}

/** The same fields, with every text in them cleaned and cut for a store. */
export function storableFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, storableJson(value)]),
  );
}

function storableJson(value: unknown): unknown {
  if (typeof value === "string") return storableText(value, maxTextLength);
  if (Array.isArray(value)) return value.map(storableJson);
  return typeof value === "object" && value !== null ? storableFields(value) : value;
}
