import type { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";

export type Json = Record<string, unknown>;

/** A kind of stored object: what it must look like, and the way there from earlier versions. */
export interface RecordKind<T> {
  /** As error messages name it. */
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** By the `schemaVersion` it takes: a function to a later one. Applied until none fits. Must not throw. */
  readonly migrations: Readonly<Record<number, (earlier: Json) => Json>>;
}

export interface StoredItem {
  readonly namespace: readonly string[];
  readonly key: string;
  readonly value: Json;
}

/**
 * A stored value, brought to the present version and checked. Always a new object.
 *
 * @throws {PersonaAgentError} `memory-record-invalid`; namespace and key are in message and details.
 */
export function parseRecord<T>(kind: RecordKind<T>, item: StoredItem): T {
  const result = kind.schema.safeParse(migrateRecord(kind, item.value));
  if (result.success) return result.data;
  const { namespace, key, value } = item;
  const version = JSON.stringify(value["schemaVersion"]) ?? "none";
  throw new PersonaAgentError(
    "memory-record-invalid",
    `The stored ${kind.name} ${namespace.join(":")}:${key} (schema version ${version}) is not valid; expected a record this version wrote or can migrate. Repair it, delete it, or use the version that wrote it.`,
    { details: { namespace, key, issues: result.error.issues }, cause: result.error },
  );
}

/** A stored value in the present version; the same object when it is of none that can be migrated. */
export function migrateRecord(kind: Pick<RecordKind<unknown>, "migrations">, stored: Json): Json {
  let value = stored;
  for (;;) {
    const version = value["schemaVersion"];
    const migrate = typeof version === "number" ? kind.migrations[version] : undefined;
    if (migrate === undefined) return value;
    value = migrate(value);
    // A migration that does not move on would run for ever.
    if (value["schemaVersion"] === version) return value;
  }
}
