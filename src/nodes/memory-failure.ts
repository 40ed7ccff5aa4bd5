import { isStoreUnavailable, PersonaAgentError } from "../errors.js";

/**
 * What a turn says in `degraded` of a failure of memory that it works around: `store-unavailable`, or
 * `record-unreadable` for one that was damaged, or written by a newer version while versions change.
 *
 * @returns Null for every other error: it is not memory's, and goes on.
 */
export function memoryFailure(error: unknown): "store-unavailable" | "record-unreadable" | null {
  if (isStoreUnavailable(error)) return "store-unavailable";
  return PersonaAgentError.is(error, "memory-record-invalid") ? "record-unreadable" : null;
}

/** The result of reading memory, or what is to be said in `degraded` instead. Other errors are thrown on. */
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
