import {
  answerOptionsSchema,
  type AnswerScale,
  answerScaleSchema,
  optionLimits,
} from "../domain/stated-answers.js";

/** What a file, one of its lines or a flag states of the answers that a question allows; at most one of the two. */
export interface AnswerFields {
  readonly options: string[] | null;
  readonly scale: AnswerScale | null;
}

export const noAnswerFields: AnswerFields = { options: null, scale: null };

const expectedOptions = `two or more different texts, as a list or as "a|b|c", of up to ${optionLimits.length} characters each`;
const expectedScale = `numbers: {"least": 1, "greatest": 5}, "1-5", or all of them as a list`;
const numberText = String.raw`[-−]?\d+(?:\.\d+)?`;
const rangeText = new RegExp(`^(${numberText})\\s*(?:-|–|—|\\.{2,3}|to)\\s*(${numberText})$`);

/**
 * Reads `options` and `scale` as a file has them: lists, text with `|` or `,` between the answers, for a scale also its ends.
 * A scale that is a list of numbers becomes options, because only these may be given; they are scored by distance too.
 *
 * @returns The reason, in words, where they cannot be read.
 */
export function readAnswerFields(options: unknown, scale: unknown): AnswerFields | string {
  const listed = isMissing(options) ? null : readOptions(options);
  const scaled = isMissing(scale) ? null : readScale(scale);
  if (typeof listed === "string") return listed;
  if (typeof scaled === "string") return scaled;
  if (listed !== null && scaled !== null)
    return "options and scale are both given; expected one of them";
  return listed === null ? (scaled ?? noAnswerFields) : { options: listed, scale: null };
}

function readOptions(value: unknown): string[] | string {
  const items = typeof value === "string" ? splitList(value) : value;
  const parsed = answerOptionsSchema.safeParse(textsOf(items));
  return parsed.success ? parsed.data : `options has the wrong form; expected ${expectedOptions}`;
}

function readScale(value: unknown): AnswerFields | string {
  const fault = `scale has the wrong form; expected ${expectedScale}`;
  if (typeof value === "string") {
    const [, least, greatest] = rangeText.exec(value.trim()) ?? [];
    if (least !== undefined && greatest !== undefined)
      return readScale({ least: toNumber(least), greatest: toNumber(greatest) });
    const numbers = splitList(value).map(toNumber);
    return numbers.length < 2 ? fault : readScale(numbers);
  }
  if (!Array.isArray(value)) {
    const parsed = answerScaleSchema.safeParse(value);
    return parsed.success ? { options: null, scale: parsed.data } : fault;
  }
  if (!value.every((each) => typeof each === "number" && Number.isFinite(each))) return fault;
  const options = readOptions(value);
  return typeof options === "string" ? fault : { options, scale: null };
}

/** An empty cell, list or text states nothing. */
function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value)
    ? value.length === 0
    : typeof value === "string" && value.trim() === "";
}

function splitList(text: string): string[] {
  return text.split(text.includes("|") ? "|" : ",").map((item) => item.trim());
}

function textsOf(items: unknown): unknown {
  if (!Array.isArray(items)) return items;
  return items.map((item: unknown) =>
    typeof item === "string" || typeof item === "number"
      ? String(item).replaceAll(/\s+/g, " ").trim()
      : item,
  );
}

function toNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text.trim().replace("−", "-"));
}
