import { LRUCache } from "lru-cache";
import { Temporal } from "temporal-polyfill";

/** A span of time, ISO 8601 UTC; `end` is exclusive. A full time has no length: both are that time. */
export interface Period {
  readonly start: string;
  readonly end: string;
}

const bareDate = /^(?<year>\d{4})(?:-(?<month>\d{2})(?:-(?<day>\d{2}))?)?$/;
const lastTime = "9999-12-31T23:59:59.999Z";

/**
 * Reads a time as a model writes it: `2024`, `2024-03`, `2024-03-09`, or a full ISO 8601 time, which is local where it
 * names no offset or zone. Never the machine's own time zone.
 *
 * @param timeZone - IANA name.
 * @returns Null when it is none of these, or no such day exists.
 */
export function parsePeriod(text: string, timeZone: string): Period | null {
  try {
    const groups = bareDate.exec(text)?.groups;
    if (groups === undefined) return parseFullTime(text, timeZone);
    const { year = "", month, day } = groups;
    const first = Temporal.PlainDate.from(`${year}-${month ?? "01"}-${day ?? "01"}`);
    const unit = day !== undefined ? "days" : month !== undefined ? "months" : "years";
    return periodOf(first, first.add({ [unit]: 1 }), timeZone);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The days in UTC that a local day lies in, the one with most of it first. @param day - As `2024-03-09`. */
export function utcDaysOf(day: string, timeZone: string): string[] {
  const [year = 0, month = 1, dayOfMonth = 1] = day.split("-").map(Number);
  // A day that does not exist is the last one of its month.
  const date = Temporal.PlainDate.from({ year, month, day: dayOfMonth });
  const { start, end } = periodOf(date, date.add({ days: 1 }), timeZone);
  const last = new Date(Date.parse(end) - 1).toISOString();
  return [...new Set([day, start.slice(0, 10), last.slice(0, 10)])];
}

/** A time as its user reads it, as `2024-03-09 18:30`. What has a day only stands at midnight UTC and has no time. */
export function localTime(at: string, timeZone: string): string {
  if (isDayOnly(at)) return at.slice(0, 10);
  return Temporal.Instant.from(at)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: "minute" })
    .replace("T", " ");
}

/** Its day, as `2024-03-09`. */
export function localDay(at: string, timeZone: string): string {
  return localTime(at, timeZone).slice(0, 10);
}

/** Making one takes many times as long as using it. */
const weekdayFormats = new LRUCache<string, Intl.DateTimeFormat>({ max: 100 });

function weekdaysIn(timeZone: string): Intl.DateTimeFormat {
  const format =
    weekdayFormats.get(timeZone) ?? new Intl.DateTimeFormat("en", { weekday: "long", timeZone });
  weekdayFormats.set(timeZone, format);
  return format;
}

/** Of the same day, in English, as `Saturday`. */
export function weekdayOf(at: string, timeZone: string): string {
  const zone = isDayOnly(at) ? "UTC" : timeZone;
  return weekdaysIn(zone).format(new Date(at));
}

function isDayOnly(at: string): boolean {
  return /T00:00:00(?:\.0+)?Z$/.test(at);
}

function periodOf(first: Temporal.PlainDate, next: Temporal.PlainDate, timeZone: string): Period {
  const start = first.toZonedDateTime(timeZone).toInstant();
  // The year 10000 is written with a sign, and would sort before every other.
  const end = next.year > 9999 ? lastTime : isoOf(next.toZonedDateTime(timeZone).toInstant());
  return { start: isoOf(start), end };
}

function parseFullTime(text: string, timeZone: string): Period | null {
  const iso = text.replace(" ", "T");
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(iso)) return null;
  const [clock = "", zone] = iso.slice("2024-03-09T".length).split("[");
  // Read as a plain time, a text would lose its offset or zone without a word.
  const instant = /[Z+-]/i.test(clock)
    ? Temporal.Instant.from(iso)
    : zone !== undefined
      ? Temporal.ZonedDateTime.from(iso).toInstant()
      : Temporal.PlainDateTime.from(iso).toZonedDateTime(timeZone).toInstant();
  return { start: isoOf(instant), end: isoOf(instant) };
}

/** With milliseconds, as every stored time has them: times are compared as text too. */
function isoOf(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: "millisecond" });
}
