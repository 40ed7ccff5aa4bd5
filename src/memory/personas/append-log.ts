import { createHash } from "node:crypto";
import { storableText } from "../../domain/text/storable-text.js";
import type { StoreAccess } from "../store-access.js";
import { parseRecord, type RecordKind } from "../parse-record.js";

const maxTextLength = 32_000;

/** Records that are only ever added. */
export interface AppendLog<T> {
  /** Adds a record under an id of its own, made from its version and content; gives it as stored. */
  append(namespace: readonly string[], record: Omit<T, "id">): Promise<T>;
  /** Everything, by id: lowest version first. */
  all(namespace: readonly string[]): Promise<T[]>;
}

/**
 * A log over a store that cannot compare and set: no key is ever written with another content. The id is the version,
 * so that ids sort as versions, and a hash of the content, so that two writers of one version both stay and a
 * repeated append is the same record.
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
      return parseRecord(kind, { namespace, key, value });
    },
    async all(namespace) {
      return (await access.scan(namespace)).map((item) => parseRecord(kind, item));
    },
  };
}

/** The same JSON, every text in it fit for a store. */
function storableJson(value: unknown): unknown {
  if (typeof value === "string") return storableText(value, maxTextLength);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== "object" || value === null) return value;
  return storableFields(value);
}

/** Every text of it as any store takes it. */
export function storableFields(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, storableJson(inner)]),
  );
}
