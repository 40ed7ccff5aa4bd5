import { createHash } from "node:crypto";
import { storableText } from "../../domain/text/storable-text.js";
import { parseRecord, type RecordKind } from "../parse-record.js";
import type { StoreAccess } from "../store-access.js";

const maxTextLength = 32_000;

/** Records that are only ever added. */
export interface AppendLog<T> {
  /** Adds a record under an id made from its version and content; returns it as stored. */
  append(namespace: readonly string[], record: Omit<T, "id">): Promise<T>;
  /** Everything, by id: lowest version first. */
  all(namespace: readonly string[]): Promise<T[]>;
}

/**
 * A log over a store without compare-and-set: no key is ever written with different content. An id is the version, so
 * that ids sort as versions, and a hash of the content, so that two writers of one version keep both records and a
 * repeated append writes the same record.
 */
export function createAppendLog<T extends { readonly id: string; readonly version: number }>(
  access: StoreAccess,
  kind: RecordKind<T>,
): AppendLog<T> {
  return {
    async append(namespace, record) {
      const content = storableFields(record);
      const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex");
      const key = `${String(record["version"]).padStart(10, "0")}-${hash.slice(0, 12)}`;
      const value = { ...content, id: key };
      const stored = parseRecord(kind, { namespace, key, value });
      await access.write([{ namespace, key, value: stored }]);
      return structuredClone(stored);
    },
    async all(namespace) {
      return (await access.scan(namespace)).map((item) => parseRecord(kind, item));
    },
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
