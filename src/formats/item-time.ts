import { z } from "zod";

/** A time of a file, in UTC; `coarse` when it was a day, a month or a year only. */
export interface ItemTime {
  readonly at: string;
  readonly coarse: boolean;
}

const day = z.iso.date();
const moment = z.iso.datetime({ offset: true, local: true });

/**
 * Reads an ISO 8601 time, day, month (`2024-05`) or year; `null` for any other text. A time without an offset is UTC, so
 * that a file means the same on every machine.
 */
export function parseItemTime(text: string): ItemTime | null {
  const trimmed = text.trim();
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
