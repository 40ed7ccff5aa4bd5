import { z } from "zod";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { type AnswerFields, noAnswerFields, readAnswerFields } from "./answer-fields.js";
import { type ImportedItem, textFault } from "./history-source.js";
import { parseItemTime } from "./item-time.js";

/** The fields of an interaction, as a JSONL line or a CSV column names them. */
export const interactionFields = [
  "user",
  "query",
  "answer",
  "response",
  "options",
  "scale",
  "at",
  "id",
  "task",
  "foreign",
] as const;
export type InteractionField = (typeof interactionFields)[number];

/** What holds for each interaction of a file that does not say it itself. */
export interface FileDefaults {
  readonly user?: string;
  readonly answers?: AnswerFields;
  /** Whether others wrote the texts. */
  readonly foreign?: boolean;
}

const text = z.string().nullish();
const textOrNumber = z.union([z.string(), z.number()]).nullish();
const fieldsSchema = z.object({
  user: text,
  query: z.string(),
  answer: textOrNumber,
  response: text,
  options: z.unknown().optional(),
  scale: z.unknown().optional(),
  at: textOrNumber,
  id: z.union([z.string(), z.number().int()]).nullish(),
  task: text,
  foreign: z.union([z.boolean(), z.string(), z.number()]).nullish(),
});

/** @returns The interaction, or the reason why it cannot be imported. */
export function readInteraction(
  value: unknown,
  defaults: FileDefaults,
): { readonly user: string; readonly item: ImportedItem; readonly unread: string[] } | string {
  const parsed = fieldsSchema.safeParse(value);
  if (!parsed.success) return describe(parsed.error.issues[0]);
  const { query, at } = parsed.data;
  const [answer, response, id, task] = (["answer", "response", "id", "task"] as const).map((name) =>
    textOrNull(parsed.data[name]),
  );

  const user = readUser(parsed.data.user ?? defaults.user);
  if (typeof user !== "string") return user.fault;
  if (query.trim() === "") return "query is empty; expected some text";
  for (const [name, field] of Object.entries({ query, answer, response, id, task })) {
    const fault = typeof field === "string" ? textFault(name, field) : null;
    if (fault !== null) return fault;
  }
  const when = textOrNull(at);
  const time = when === null ? null : parseItemTime(when);
  if (time === null && when !== null)
    return `at is not a date; expected ISO 8601, such as 2024-05-01T09:30:00Z, 2024-05-01, 2024-05 or 2024, or seconds since 1970`;
  const stated = readAnswerFields(parsed.data.options, parsed.data.scale);
  if (typeof stated === "string") return stated;
  const isForeign = readForeign(parsed.data.foreign) ?? defaults.foreign ?? false;
  if (typeof isForeign === "string") return isForeign;
  if (isForeign && answer !== null)
    return "foreign is true and there is an answer; expected none, because only the user's own answer is true of them";
  const isStated = (stated.options ?? stated.scale) !== null;

  const item = {
    itemId: id ?? null,
    query,
    ...(isStated ? stated : (defaults.answers ?? noAnswerFields)),
    response: response ?? null,
    answer: answer ?? null,
    at: time?.at ?? null,
    coarse: time?.coarse ?? false,
    task: task ?? null,
    ...(isForeign && { foreign: true }),
  };
  const unread = Object.keys(value as object).filter((key) => !isField(key));
  return { user, item, unread };
}

const isField = (key: string) => (interactionFields as readonly string[]).includes(key);

function readUser(value: string | undefined): string | { readonly fault: string } {
  if (value === undefined) return { fault: "user is missing; expected text" };
  try {
    return parseUserId(value);
  } catch (error) {
    if (PersonaAgentError.is(error)) return { fault: error.message };
    throw error;
  }
}

/** `null` where it is not said; the reason where it cannot be read. */
function readForeign(value: boolean | string | number | null | undefined): boolean | string | null {
  const said = String(value ?? "")
    .trim()
    .toLowerCase();
  if (said === "") return null;
  if (["true", "yes", "1"].includes(said)) return true;
  return ["false", "no", "0"].includes(said) ? false : "foreign is unclear; expected true or false";
}

/** A blank answer counts as none. */
function textOrNull(value: string | number | null | undefined): string | null {
  return value === undefined || value === null || String(value).trim() === ""
    ? null
    : String(value);
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined || issue.path.length === 0)
    return 'not an object; expected {"user", "query", "answer", "at"}';
  const name = issue.path.join(".");
  if (issue.code === "invalid_type" && issue.input === undefined && /undefined/.test(issue.message))
    return `${name} is missing; expected text`;
  const orNumber = { id: " or a whole number", answer: " or a number", at: " or a number" }[name];
  return `${name} has the wrong type; expected text${orNumber ?? ""}`;
}
