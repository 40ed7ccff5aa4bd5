import { z } from "zod";

/** An IANA time zone. */
export const timeZoneSchema = z
  .string()
  .refine(isTimeZone, { error: "expected an IANA time zone such as Europe/Paris" });

/** A language by its BCP 47 tag. */
export const languageSchema = z
  .string()
  .refine(isLanguage, { error: "expected a language tag such as fr or pt-BR" });

function isTimeZone(name: string): boolean {
  try {
    // `Intl` takes offsets such as +01:00 too, which know no summer time.
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return !/^[+-]/.test(timeZone);
  } catch {
    return false;
  }
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
