import { basename } from "node:path";
import { z } from "zod";
import { createUserFilter, type HistorySource, type ReadItem } from "./history-source.js";
import { type FileDefaults, readInteraction } from "./interaction-fields.js";
import { fileInvalid, readJson } from "./read-file.js";

const time = z.union([z.string(), z.number()]).nullish();
const id = z.union([z.string(), z.number()]).nullish();

/** What mem0's `get_all` gives of a memory, in its library and on its platform. */
const memorySchema = z.object({
  id,
  memory: z.string(),
  user_id: z.string().nullish(),
  created_at: time,
});

/** A message as Mastra stores it and its client gives it. */
const messageSchema = z.object({
  id,
  role: z.string(),
  content: z.unknown(),
  createdAt: time,
  threadId: z.string().nullish(),
  resourceId: z.string().nullish(),
});
type Message = z.output<typeof messageSchema>;

/** Both are either a list or an object with the list under one of these keys. */
const listed = z.union([
  z.array(z.unknown()),
  z.object({ results: z.array(z.unknown()) }).transform(({ results }) => results),
  z.object({ messages: z.array(z.unknown()) }).transform(({ messages }) => messages),
]);

const textPart = z.object({ type: z.literal("text"), text: z.string() });
/** Parts, as the present format has them beside `content`, and as the first one has them alone. */
const contentSchema = z.union([
  z.string(),
  z.array(z.unknown()),
  z.object({ parts: z.array(z.unknown()), content: z.string().optional() }),
]);

/** An interaction as the export has it, and the number of its entry, from 1. */
interface Exported {
  readonly line: number;
  readonly fields: object | string;
}

/**
 * Reads a JSON export of another memory, plain or gzip, as a whole: what mem0's `get_all` gives, a statement each, or
 * Mastra's messages, a user's message with the answer to it. Line numbers count entries.
 *
 * @throws {PersonaAgentError} `config-file-invalid` when it is neither.
 */
export async function openMemoryExport(
  path: string,
  defaults: FileDefaults,
): Promise<HistorySource> {
  const name = basename(path);
  const expected =
    'what mem0\'s get_all gives ({"results": [{"memory", "user_id"}]}), or Mastra\'s messages';
  const entries = listed.safeParse(await readJson(path, expected));
  const [isMemories, isMessages] = [memorySchema, messageSchema].map(
    (schema) => entries.data?.some((entry) => schema.safeParse(entry).success) ?? false,
  );
  if (entries.data === undefined || !(isMemories || isMessages))
    throw fileInvalid(
      `${name} is JSON of an unknown form; expected JSONL, CSV, ${expected}. Write one object a line.`,
    );
  const exported = isMemories ? readMemories(entries.data) : readMessages(entries.data);
  return {
    format: isMemories ? "mem0" : "mastra",
    async *read(options = {}) {
      const wanted = createUserFilter(options);
      for (const { line, fields } of exported) {
        const result = typeof fields === "string" ? fields : readInteraction(fields, defaults);
        if (typeof result === "string")
          yield { ok: false, line, reason: result } satisfies ReadItem;
        else if (wanted(result.user)) yield { ok: true, ...result };
      }
    },
  };
}

function readMemories(entries: readonly unknown[]): Exported[] {
  return entries.map((entry, index) => {
    const parsed = memorySchema.safeParse(entry);
    if (!parsed.success) return { line: index + 1, fields: "not a memory of mem0" };
    const { id: itemId, memory: query, user_id: user, created_at: at } = parsed.data;
    return { line: index + 1, fields: { user: user ?? undefined, query, at, id: itemId } };
  });
}

/** A user's message, with all text of the assistant up to the user's next in the same thread. */
function readMessages(entries: readonly unknown[]): Exported[] {
  const messages = entries.map((entry, index) => {
    const parsed = messageSchema.safeParse(entry);
    return { line: index + 1, message: parsed.success ? parsed.data : null };
  });
  const faults = messages
    .filter(({ message }) => message === null)
    .map(({ line }) => ({ line, fields: "not a message of Mastra" }));
  const inOrder = messages
    .flatMap(({ line, message }) => (message === null ? [] : { line, message }))
    .toSorted((a, b) => momentOf(a.message) - momentOf(b.message) || a.line - b.line);
  const turns = inOrder.flatMap(({ line, message }, place) => {
    if (message.role !== "user") return [];
    const later = inOrder
      .slice(place + 1)
      .filter(({ message: each }) => isSameThread(each, message));
    const next = later.findIndex(({ message: { role } }) => role === "user");
    const answers = (next < 0 ? later : later.slice(0, next)).filter(
      ({ message: { role } }) => role === "assistant",
    );
    const response = answers
      .map(({ message: { content } }) => textOf(content))
      .filter((text) => text !== "")
      .join("\n");
    const { id: itemId, resourceId, createdAt: at } = message;
    const fields = {
      user: resourceId ?? undefined,
      query: textOf(message.content),
      response,
      at,
      id: itemId,
    };
    return [{ line, fields }];
  });
  return [...faults, ...turns];
}

function isSameThread(a: Message, b: Message): boolean {
  return a.threadId === b.threadId && a.resourceId === b.resourceId;
}

/** Without a time the file's order stands. */
function momentOf({ createdAt }: Message): number {
  const moment = new Date(createdAt ?? Number.NaN).getTime();
  return Number.isNaN(moment) ? 0 : moment;
}

/** The text of a message's content, which a database may hold as JSON text. */
function textOf(content: unknown): string {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success) return "";
  const value = parsed.data;
  if (typeof value === "string") {
    const inner = value.startsWith("{") || value.startsWith("[") ? parsedJson(value) : undefined;
    return inner === undefined || textOf(inner) === "" ? value : textOf(inner);
  }
  const parts = (Array.isArray(value) ? value : value.parts).flatMap((part) => {
    const text = textPart.safeParse(part);
    return text.success ? [text.data.text] : [];
  });
  if (parts.length > 0 || Array.isArray(value)) return parts.join("\n").trim();
  return value.content ?? "";
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
