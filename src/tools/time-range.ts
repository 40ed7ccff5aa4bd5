import { z } from "zod";

const bareDate = /^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<day>\d{2}))?)?$/;
const fullTime = z.iso.datetime({ offset: true, local: true });
const lastTime = "9999-12-31T23:59:59.999Z";

/** A span of time, ISO 8601 UTC; `end` is exclusive. A full time has no length: both are that time. */
export interface Period {
  readonly start: string;
  readonly end: string;
}

/**
 * Reads a time as a model writes it: `2024`, `2024-03`, `2024-03-09`, or a full ISO 8601 time, which is UTC
 * where it names no offset. Never the machine's own time zone.
 *
 * @returns Null when it is none of these, or no such day exists.
 */
export function parsePeriod(text: string): Period | null {
  const groups = bareDate.exec(text)?.groups;
  return groups === undefined ? parseFullTime(text) : parseBareDate(groups);
}

function parseBareDate({ year = "", month, day }: Record<string, string | undefined>) {
  const first = `${year}-${month ?? "01"}-${day ?? "01"}`;
  if (!z.iso.date().safeParse(first).success) return null;
  const next = new Date(first);
  if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(next.getUTCFullYear() + 1);
  // The year 10000 is written with a sign, and would sort before every other.
  const end = next.getUTCFullYear() > 9999 ? lastTime : next.toISOString();
  return { start: new Date(first).toISOString(), end };
}

function parseFullTime(text: string): Period | null {
  const iso = text.replace(" ", "T");
  if (!fullTime.safeParse(iso).success) return null;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`;
  const time = new Date(zoned);
  if (Number.isNaN(time.getTime())) return null;
  return { start: time.toISOString(), end: time.toISOString() };
}
