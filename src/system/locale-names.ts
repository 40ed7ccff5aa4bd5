import { LRUCache } from "lru-cache";
import { z } from "zod";

/** An IANA time zone. */
export const timeZoneSchema = z
  .string()
  .refine(isTimeZone, { error: "expected an IANA time zone such as Europe/Paris" });

/** A language by its BCP 47 tag. */
export const languageTagSchema = z
  .string()
  .refine(isLanguage, { error: "expected a language tag such as fr or pt-BR" });

/** The same of a language that Unicode's names know: a code that a prompt cannot name would mean nothing to a model. */
export const languageSchema = languageTagSchema.refine(isKnownLanguage, {
  error: "no language is known by this code; expected one such as fr or pt-BR",
});

/** Few are in use, and making a formatter takes longer than all other checks of a turn's settings. */
const knownTimeZones = new LRUCache<string, boolean>({ max: 1_000 });

function isTimeZone(name: string): boolean {
  const known = knownTimeZones.get(name);
  if (known !== undefined) return known;
  const exists = hasFormatter(name);
  knownTimeZones.set(name, exists);
  return exists;
}

function hasFormatter(name: string): boolean {
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

function isKnownLanguage(tag: string): boolean {
  if (!isLanguage(tag)) return false;
  const { language } = new Intl.Locale(tag);
  const names = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
  return names.of(language) !== undefined;
}
