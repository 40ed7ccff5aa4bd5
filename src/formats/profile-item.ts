import { z } from "zod";
import { lampQuestion, type LampTask } from "../domain/lamp-question.js";
import { parseItemTime } from "./item-time.js";
import { fileInvalid } from "./read-file.js";

/** One item of a user's history in a LaMP set, the same shape for all tasks. */
export interface ProfileItem {
  readonly id: string | null;
  /** Of a paper (1) or an article (2N, where the file has it); `null` for the other tasks. */
  readonly title: string | null;
  /** The abstract (1), article (2N), description (2M) or review (3). May be empty. */
  readonly text: string;
  /** The user's own answer: category (2N), tag (2M), score (3), or the title cited (1); `null` where the file has none. */
  readonly label: string | null;
  /** ISO 8601 UTC, as precise as the file was (a year is its first moment); `null` without a date. */
  readonly at: string | null;
  /** Whether `at` is a day, a month or a year only. */
  readonly coarse: boolean;
}

/** Why an item cannot be used, in words that follow its name ("has no score"). */
export interface ItemFault {
  readonly id: string | null;
  readonly fault: string;
}

const wholeOrText = z.union([z.string(), z.number()]).transform(String);
const common = { id: wholeOrText.nullish(), date: wholeOrText.nullish() };
const schemas = {
  LaMP_1: z.object({
    ...common,
    title: z.string(),
    abstract: z.string().nullish(),
    citation: z.string().nullish(),
  }),
  LaMP_2N: z.object({
    ...common,
    title: z.string().nullish(),
    text: z.string(),
    category: z.string(),
  }),
  LaMP_2M: z.object({ ...common, description: z.string(), tag: z.string() }),
  LaMP_3: z.object({ ...common, text: z.string(), score: wholeOrText }),
};

/** @param value - An entry of a `profile`, as the file holds it. */
export function parseProfileItem(value: unknown, task: LampTask): ProfileItem | ItemFault {
  const parsed = schemas[task].safeParse(value);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
    const fault = names.includes("")
      ? "is not an object"
      : `is not as ${task} has it; check ${names.join(", ")}`;
    return { id: idOf(value), fault };
  }
  const date = parsed.data.date?.trim() ?? "";
  const time = date === "" ? null : parseItemTime(padded(date));
  if (date !== "" && time === null)
    return { id: idOf(value), fault: "has no valid date; expected ISO 8601, or a year" };
  return {
    id: parsed.data.id ?? null,
    ...textsOf(parsed.data),
    at: time?.at ?? null,
    coarse: time?.coarse ?? false,
  };
}

/**
 * @param place - The place of the profile, for messages.
 * @throws {PersonaAgentError} `config-file-invalid` for an item that is not as its task has it.
 */
export function readProfile(
  values: readonly unknown[],
  task: LampTask,
  place: string,
): ProfileItem[] {
  return values.map((value, at) => {
    const item = parseProfileItem(value, task);
    if (!("fault" in item)) return item;
    const id = item.id === null ? "without an id" : `id ${JSON.stringify(item.id)}`;
    throw fileInvalid(`${place}: profile item ${at + 1} (${id}) ${item.fault}. Correct the file.`);
  });
}

/**
 * An item as an interaction: 2N, 2M and 3 ask the task's question about it; for 1 the paper is the query.
 * `answer` is the item's label, `null` where that is missing or blank.
 *
 * @param labels - The allowed answers of 2N and 2M, for sets that have labels of their own.
 */
export function itemInteraction(
  { title, text, label }: ProfileItem,
  task: LampTask,
  labels?: readonly string[],
): { readonly query: string; readonly answer: string | null } {
  const answer = label === null || label.trim() === "" ? null : label;
  if (task !== "LaMP_1") return { query: lampQuestion(task, text, labels), answer };
  const paper = title ?? "";
  return { query: text.trim() === "" ? paper : `${paper}\n${text.trim()}`, answer };
}

type Parsed = z.output<(typeof schemas)[keyof typeof schemas]>;

function textsOf(item: Parsed): Pick<ProfileItem, "title" | "text" | "label"> {
  if ("category" in item)
    return { title: item.title ?? null, text: item.text, label: item.category };
  if ("tag" in item) return { title: null, text: item.description, label: item.tag };
  if ("score" in item) return { title: null, text: item.text, label: item.score };
  return { title: item.title, text: item.abstract ?? "", label: item.citation ?? null };
}

/** LaMP's own recency ranker also reads a month or day of one digit. */
function padded(date: string): string {
  return date.replaceAll(/-(\d)(?=-|$)/g, "-0$1");
}

function idOf(value: unknown): string | null {
  const parsed = z.object({ id: wholeOrText }).safeParse(value);
  return parsed.success ? parsed.data.id : null;
}
