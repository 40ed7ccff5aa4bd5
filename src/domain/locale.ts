import { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";
import { languageSchema, languageTagSchema, timeZoneSchema } from "../system/locale-names.js";

/** A user's own time zone and language, as stored; `null` where they set nothing. */
export const userLocaleSchema = z.strictObject({
  schemaVersion: z.literal(1),
  timeZone: timeZoneSchema.nullable(),
  language: languageTagSchema.nullable(),
});
export type UserLocale = Omit<z.output<typeof userLocaleSchema>, "schemaVersion">;

export const noLocale: UserLocale = { timeZone: null, language: null };

/** Time zone and language in which a turn is answered: `UTC` and `null` where nobody said. */
export const localeSchema = z.strictObject({
  timeZone: timeZoneSchema,
  language: languageTagSchema.nullable(),
});
export type Locale = z.output<typeof localeSchema>;

export const defaultLocale: Locale = { timeZone: "UTC", language: null };

/** What the run sets goes before what the user set. */
export function resolveLocale(
  run: { readonly timeZone?: string | undefined; readonly language?: string | undefined },
  user: UserLocale,
): Locale {
  return {
    timeZone: run.timeZone ?? user.timeZone ?? defaultLocale.timeZone,
    language: run.language ?? user.language,
  };
}

/**
 * Checks what a caller wants to set.
 *
 * @throws {PersonaAgentError} `config-invalid` for an unknown field, time zone or language.
 */
export function parseLocale(change: Partial<UserLocale>): Partial<UserLocale> {
  const { data, error } = userLocaleSchema
    .omit({ schemaVersion: true })
    .extend({ language: languageSchema.nullable() })
    .partial()
    .safeParse(change);
  if (data !== undefined) return data as Partial<UserLocale>;
  const bad = error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
  throw new PersonaAgentError(
    "config-invalid",
    `The user's locale is not valid: ${bad}. Correct it, or leave it out.`,
  );
}
