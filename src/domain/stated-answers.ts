import { z } from "zod";

/** Longest one option, in UTF-16 units, and most of them: they stand in each prompt that asks the question. */
export const optionLimits = { length: 200, count: 100 } as const;

/** The answers that a question allows, as they are to be given: two or more, different, on one line each. */
export const answerOptionsSchema = z
  .array(
    z
      .string()
      .min(1)
      .max(optionLimits.length)
      .regex(/^\S(?:[^\n\r]*\S)?$/),
  )
  .min(2)
  .max(optionLimits.count)
  .refine((options) => new Set(options).size === options.length);

const plainNumber = z.number().refine((number) => /^-?\d+(?:\.\d+)?$/.test(String(number)));

/** A scale of numbers by its ends. Which end is better is left open. */
export const answerScaleSchema = z
  .strictObject({ least: plainNumber, greatest: plainNumber })
  .refine(({ least, greatest }) => least < greatest);
export type AnswerScale = z.output<typeof answerScaleSchema>;

/** A question, and what is stated beside it of the answers that it allows: options, a scale, or neither. */
export interface StatedQuestion {
  readonly query: string;
  readonly options?: readonly string[] | null;
  readonly scale?: AnswerScale | null;
}

const number = String.raw`-?\d+(?:\.\d+)?`;
const inLine = /\nAnswer with one of: ([^\n]+)\.$/;
const inLines = /\nAnswer with one of:((?:\n- [^\n]+)+)$/;
const onScale = new RegExp(`\\nAnswer with a number from (${number}) to (${number})\\.$`);

/** The query with its options or its scale in words, on a line of its own; the query alone where neither is stated. */
export function withStatedAnswers({ query, options = null, scale = null }: StatedQuestion): string {
  if (options !== null) {
    const isPlain = options.every((option) => !/,|\.$/.test(option));
    return isPlain
      ? `${query}\nAnswer with one of: ${options.join(", ")}.`
      : `${query}\nAnswer with one of:${options.map((option) => `\n- ${option}`).join("")}`;
  }
  if (scale === null) return query;
  return `${query}\nAnswer with a number from ${scale.least} to ${scale.greatest}.`;
}

/** Reads `withStatedAnswers` back; `null` for any other text. */
export function readStatedAnswers(
  text: string,
): ({ readonly subject: string } & Required<Pick<StatedQuestion, "options" | "scale">>) | null {
  const ends = onScale.exec(text);
  if (ends !== null) {
    const [, least, greatest] = ends;
    const scale = { least: Number(least), greatest: Number(greatest) };
    return { subject: text.slice(0, ends.index), options: null, scale };
  }
  const list = inLine.exec(text) ?? inLines.exec(text);
  if (list === null) return null;
  const [, listed = ""] = list;
  const options = listed.startsWith("\n") ? listed.slice(3).split("\n- ") : listed.split(", ");
  return { subject: text.slice(0, list.index), options, scale: null };
}
