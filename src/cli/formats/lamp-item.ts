import { z } from "zod";
import { lampQuestion } from "../../domain/question.js";
import { textFault } from "./imported-item.js";
import type { ImportedItem } from "./imported-item.js";
import { parseItemTime } from "./item-time.js";
import type { LampSet } from "./lamp-folder.js";

/** An item of a LaMP history as an interaction, and its own text, to compare with the user's questions. */
export interface LampItem {
  readonly item: ImportedItem;
  readonly text: string;
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
  LaMP_2N: z.object({ ...common, text: z.string(), category: z.string() }),
  LaMP_2M: z.object({ ...common, description: z.string(), tag: z.string() }),
  LaMP_3: z.object({ ...common, text: z.string(), score: wholeOrText }),
};

/**
 * An item as an interaction: 2N, 2M and 3 ask the task's question over it and its label is the true answer;
 * of 1, the paper stands as the query and the cited title, where known, is the true answer.
 *
 * @returns Why the item cannot be taken, in words, when it cannot.
 */
export function parseLampItem(
  value: unknown,
  { task, options }: LampSet,
): LampItem | { readonly fault: string; readonly id: string } {
  const parsed = schemas[task].safeParse(value);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
    const fault = names.includes("")
      ? "is not an object"
      : `is not as ${task} has it; check ${names.join(", ")}`;
    return { id: idOf(value), fault };
  }
  const { id, date } = parsed.data;
  const { text, query, answer } = read(parsed.data, options);
  const refuse = (fault: string) => ({ id: idOf(value), fault });
  if (text.trim() === "") return refuse("has an empty text");
  const fault = textFault("its text", query) ?? textFault("its answer", answer ?? "");
  if (fault !== null) return refuse(`cannot be stored: ${fault}`);

  const dated = date === null || date === undefined || date.trim() === "" ? null : date;
  const time = dated === null ? null : parseItemTime(dated);
  if (dated !== null && time === null)
    return refuse("has no valid date; expected ISO 8601, or a year");
  return {
    text,
    item: {
      itemId: id ?? null,
      query,
      response: null,
      answer: answer === null || answer.trim() === "" ? null : answer,
      at: time?.at ?? null,
      coarse: time?.coarse ?? false,
      task,
    },
  };
}

type Parsed = z.output<(typeof schemas)[keyof typeof schemas]>;

function read(item: Parsed, options: readonly string[] | null) {
  const labels = options ?? undefined;
  if ("category" in item)
    return {
      text: item.text,
      query: lampQuestion("LaMP_2N", item.text, labels),
      answer: item.category,
    };
  if ("tag" in item)
    return {
      text: item.description,
      query: lampQuestion("LaMP_2M", item.description, labels),
      answer: item.tag,
    };
  if ("score" in item)
    return { text: item.text, query: lampQuestion("LaMP_3", item.text), answer: item.score };
  const abstract = item.abstract?.trim() ?? "";
  return {
    text: item.title,
    query: abstract === "" ? item.title : `${item.title}\n${abstract}`,
    answer: item.citation ?? null,
  };
}

function idOf(value: unknown): string {
  const parsed = z.object({ id: wholeOrText }).safeParse(value);
  return parsed.success ? parsed.data.id : "without an id";
}
