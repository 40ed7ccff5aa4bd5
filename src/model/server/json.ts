/** A JSON object, or a part of one. */
export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text; empty if it is none. */
export function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The objects of a list; none if it is no list. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
