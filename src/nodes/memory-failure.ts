import { isStoreUnavailable, PersonaAgentError } from "../system/errors.js";

/**
 * The name in `degraded` of a failure of memory that a turn works around. `record-unreadable`: a record is damaged, or
 * was written by a newer version of the program.
 *
 * @returns Null for every other error, which must be thrown.
 */
export function memoryFailure(error: unknown): "store-unavailable" | "record-unreadable" | null {
  if (isStoreUnavailable(error)) return "store-unavailable";
  return PersonaAgentError.is(error, "memory-record-invalid") ? "record-unreadable" : null;
}

/** The result of reading memory, or the failure to name in `degraded`. Throws every other error. */
export async function readingMemory<T>(
  reading: Promise<T>,
): Promise<{ readonly read: T } | { readonly failed: string }> {
  try {
    return { read: await reading };
  } catch (error) {
    const failed = memoryFailure(error);
    if (failed === null) throw error;
    return { failed };
  }
}
