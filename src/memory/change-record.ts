import { PersonaAgentError } from "../system/errors.js";
import type { RecordKind } from "./parse-record.js";
import type { StoreAccess } from "./store-access.js";

/** An attempt fails only because another writer was faster. */
const mostAttempts = 50;

/**
 * Reads, changes and writes as one step: all of it again where another process came between.
 *
 * @param attempt - Gives null where it has to be made again.
 * @throws {PersonaAgentError} `memory-store-unavailable` where others are faster again and again.
 */
export async function untilWritten<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let left = mostAttempts; left > 0; left -= 1) {
    const written = await attempt();
    if (written !== null) return written;
  }
  throw new PersonaAgentError(
    "memory-store-unavailable",
    `Others changed the same record ${mostAttempts} times while it was written; expected fewer writers of one record. Try again.`,
  );
}

/** One record, by what it was. @returns What is stored now. */
export function changeRecord<T, Changed extends object>(
  access: StoreAccess,
  kind: RecordKind<T>,
  namespace: readonly string[],
  key: string,
  change: (record: T | null) => Changed,
): Promise<Changed> {
  return untilWritten(async () => {
    const [read] = await access.read(kind, namespace, [key]);
    const value = change(read?.record ?? null);
    const expected = read === undefined ? [] : [read.stored];
    return (await access.writeIf(expected, [{ namespace, key, value }])) ? value : null;
  });
}
