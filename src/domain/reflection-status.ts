import { z } from "zod";

/** What is known of a user's reflections. One record a user; what they learned is in profiles and episodes. */
export const reflectionStatusSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** When the latest reflection began. */
  at: z.iso.datetime(),
  /** The latest episode that a reflection has read; `null` before the first. */
  lastReadId: z.string().nullable(),
  /**
   * The latest episode when a reflection last began, whether it ended or not. A failed one is repeated after as many new
   * turns; otherwise a model that is away would be asked at every turn.
   */
  lastTriedId: z.string().nullable(),
  /** Model calls that were begun on the UTC day of `at`. */
  callsOnDay: z.number().int().nonnegative(),
  /** Why the latest one failed. */
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export type ReflectionStatus = z.output<typeof reflectionStatusSchema>;

/** The status of a user without a reflection. */
export const neverReflected: ReflectionStatus = {
  schemaVersion: 1,
  at: "1970-01-01T00:00:00.000Z",
  lastReadId: null,
  lastTriedId: null,
  callsOnDay: 0,
  error: null,
};

/** Reflections' model calls on the UTC day of `now` (ISO 8601). */
export function reflectionCallsOn(now: string, { at, callsOnDay }: ReflectionStatus): number {
  return at.slice(0, 10) === now.slice(0, 10) ? callsOnDay : 0;
}
