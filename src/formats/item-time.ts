import { z } from "zod";

/** A time of a file, in UTC; `coarse` when it was a day, a month or a year only. */
export interface ItemTime {
  readonly at: string;
  readonly coarse: boolean;
}

const day = z.iso.date();
const moment = z.iso.datetime({ offset: true, local: true });

/** Seconds or milliseconds since 1970, of 1973 to 2286: fewer digits may be a year or a day. */
const unixTime = /^(\d{9,10})(?:\.\d+)?$|^(\d{12,13})$/;

/**
 * Reads an ISO 8601 time, day, month (`2024-05`) or year, or a Unix time; `null` for any other text. A time without an offset is UTC, so
 * that a file means the same on every machine.
 */
export function parseItemTime(text: string): ItemTime | null {
  const trimmed = text.trim();
  const [, seconds, milliseconds] = unixTime.exec(trimmed) ?? [];
  if (seconds !== undefined || milliseconds !== undefined) {
    const since1970 = milliseconds === undefined ? Number(trimmed) * 1000 : Number(milliseconds);
    return { at: new Date(Math.round(since1970)).toISOString(), coarse: false };
  }
  const coarse = { 4: `${trimmed}-01-01`, 7: `${trimmed}-01`, 10: trimmed }[trimmed.length];
  if (coarse !== undefined)
    return day.safeParse(coarse).success ? { at: `${coarse}T00:00:00.000Z`, coarse: true } : null;
  const iso = trimmed.replace(" ", "T");
  if (!moment.safeParse(iso).success) return null;
  const parsed = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  const year = parsed.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) return null;
  return { at: parsed.toISOString(), coarse: false };
}
