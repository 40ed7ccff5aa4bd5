import { localDay, utcDaysOf } from "../../domain/local-time.js";
import type { Language } from "../../domain/text/languages.js";
import type { AnalyzedQuestion } from "../../domain/text/search-terms.js";
import { splitWords } from "../../domain/text/split-words.js";
import type { AskedDay } from "../episodes/episodic-memory.js";

/** In front of a term that stands for a date: no word begins so. */
const mark = "@";
/** Words that are also names of months; as a month they are written with a capital. */
const alsoWords = new Set(["may", "march"]);
const dayMs = 86_400_000;

/** The terms of a day in UTC: its year, its month of any year, its month, and itself. ISO 8601. */
export function termsOfDate(at: string | null): string[] {
  if (at === null) return [];
  const [year = "", month = "", day = ""] = at.slice(0, 10).split("-");
  return [year, `-${month}`, `${year}-${month}`, `${year}-${month}-${day}`].map(marked);
}

/**
 * The dates that a question names, as terms of the same kind: "2025", "in May", "last May", "7 May 2025", "2025-05-07",
 * "yesterday", "last month", "last year", in the question's language. A month without a year is the latest one of its
 * name, and to a lesser degree any.
 *
 * @param asked - What "last" is counted from.
 */
export function askedDates(question: AnalyzedQuestion, { day }: AskedDay): string[] {
  return localDates(question, new Date(day));
}

const dayTerm = new RegExp(`${mark}(\\d{4}-\\d\\d-\\d\\d)\\b`);

export function isDayTerm(term: string): boolean {
  return dayTerm.test(term);
}

/** The terms by which an index knows a term's local day, which may lie in two days of UTC. */
export function indexedForms(term: string, timeZone: string): string[] {
  const [, local] = dayTerm.exec(term) ?? [];
  return local === undefined ? [term] : utcDaysOf(local, timeZone).map(marked);
}

/**
 * The words of an entry with its day where the user is, in place of the one in UTC.
 *
 * @param time - Of the entry, milliseconds since 1970.
 */
export function withLocalDay(words: string, time: number, timeZone: string): string {
  return words.replace(dayTerm, () => marked(localDay(new Date(time).toISOString(), timeZone)));
}

/** @param now - The local day, at midnight UTC. */
function localDates({ text: question, words, languages }: AnalyzedQuestion, now: Date): string[] {
  const text = ` ${words.join(" ")} `;
  const names = languages.map(namesIn);
  const iso = [...question.matchAll(/\b(\d{4})-(\d\d)(?:-(\d\d))?\b/g)].flatMap(
    ([, year = "", month = "", day]) => written(Number(year), Number(month), Number(day ?? 0)),
  );
  const years = [...text.matchAll(/ ((?:19|20)\d\d)(?= )/g)].map(([, year]) => Number(year));
  const months = monthsIn(question, text, names).flatMap(({ month, day }) => {
    const [year] = years;
    return year === undefined
      ? [marked(`-${twoDigits(month)}`), ...written(latestYearOf(month, now), month, day).slice(2)]
      : written(year, month, day);
  });
  const named = years.map((year) => marked(String(year)));
  return [...new Set([...iso, ...named, ...months, ...relativeDates(text, names, now)])];
}

const marked = (date: string) => `${mark}${date}`;
const twoDigits = (number: number) => String(number).padStart(2, "0");

/** @param day - 0 where none is named. */
function written(year: number, month: number, day: number): string[] {
  const terms = termsOfDate(`${year}-${twoDigits(month)}-${twoDigits(day)}`);
  return day === 0 ? terms.slice(0, 3) : terms;
}

function latestYearOf(month: number, now: Date): number {
  return month <= now.getUTCMonth() + 1 ? now.getUTCFullYear() : now.getUTCFullYear() - 1;
}

/** Months that are named, with the day beside them: "7 May", "May 7th", "7. Mai". */
function monthsIn(
  question: string,
  text: string,
  names: readonly DateNames[],
): { month: number; day: number }[] {
  return names.flatMap(({ months }) =>
    months.flatMap((name, place) => {
      const found = text.indexOf(` ${name} `);
      if (found < 0) return [];
      const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      if (alsoWords.has(name) && !question.slice(1).includes(capital)) return [];
      const before = / (\d{1,2})(?:st|nd|rd|th)?(?: of| de)?$/.exec(text.slice(0, found))?.[1];
      const after = /^ (\d{1,2})(?:st|nd|rd|th)? /.exec(text.slice(found + name.length + 1))?.[1];
      const day = Number(before ?? after ?? 0);
      return [{ month: place + 1, day: day <= 31 ? day : 0 }];
    }),
  );
}

function relativeDates(text: string, names: readonly DateNames[], now: Date): string[] {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const day = (offset: number) => new Date(now.getTime() + offset * dayMs).toISOString();
  const dates: Record<string, () => string | undefined> = {
    yesterday: () => termsOfDate(day(-1)).at(-1),
    today: () => termsOfDate(day(0)).at(-1),
    lastMonth: () => termsOfDate(new Date(Date.UTC(year, month - 1, 1)).toISOString())[2],
    thisMonth: () => termsOfDate(now.toISOString())[2],
    lastYear: () => marked(String(year - 1)),
    thisYear: () => marked(String(year)),
  };
  return names.flatMap(({ relative }) =>
    Object.entries(relative).flatMap(([name, phrase]) =>
      text.includes(` ${phrase} `) ? (dates[name]?.() ?? []) : [],
    ),
  );
}

interface DateNames {
  readonly months: readonly string[];
  readonly relative: Readonly<Record<string, string>>;
}
const known = new Map<string, DateNames>();

/** As a language writes them, folded. */
function namesIn({ code }: Language): DateNames {
  const names = known.get(code) ?? dateNames(code);
  known.set(code, names);
  return names;
}

function dateNames(code: string): DateNames {
  const month = new Intl.DateTimeFormat(code, { month: "long", day: "numeric", timeZone: "UTC" });
  const relative = new Intl.RelativeTimeFormat(code, { numeric: "auto" });
  const phrase = (count: number, unit: Intl.RelativeTimeFormatUnit) =>
    splitWords(relative.format(count, unit)).join(" ");
  return {
    months: Array.from({ length: 12 }, (_, place) => {
      // With a day beside it, the name has the case it has in a date.
      const parts = month.formatToParts(Date.UTC(2024, place, 1));
      return splitWords(parts.find(({ type }) => type === "month")?.value ?? "").join(" ");
    }),
    relative: {
      yesterday: phrase(-1, "day"),
      today: phrase(0, "day"),
      lastMonth: phrase(-1, "month"),
      thisMonth: phrase(0, "month"),
      lastYear: phrase(-1, "year"),
      thisYear: phrase(0, "year"),
    },
  };
}
