import { basename } from "node:path";
import { z } from "zod";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import {
  createUserFilter,
  type HistorySource,
  type ImportedItem,
  type ReadItem,
  textFault,
} from "./history-source.js";
import { parseItemTime } from "./item-time.js";
import { fileInvalid, readBytes } from "./read-file.js";
import { splitLines } from "./split-lines.js";

const lineSchema = z.object({
  user: z.string(),
  query: z.string(),
  answer: z.string().nullish(),
  response: z.string().nullish(),
  at: z.string().nullish(),
  id: z.union([z.string(), z.number().int()]).nullish(),
  task: z.string().nullish(),
});

/**
 * Reads a JSONL file, plain or gzip: one `{user, query, answer?, response?, at?, id?, task?}` a line, other keys are
 * ignored. A line that cannot be imported is yielded with its number and a reason; the lines after it are still read.
 */
export function openJsonl(path: string): HistorySource {
  return {
    format: "jsonl",
    async *read(options = {}) {
      const wanted = createUserFilter(options);
      let lines = 0;
      let imported = 0;
      let firstFault: Extract<ReadItem, { ok: false }> | null = null;
      for await (const line of splitLines(readBytes(path))) {
        lines += 1;
        const result = "fault" in line ? line.fault : parseLine(line.text);
        if (typeof result === "string") {
          const fault = { ok: false, line: line.number, reason: result } as const;
          firstFault ??= fault;
          yield fault;
          continue;
        }
        imported += 1;
        if (wanted(result.user)) yield { ok: true, ...result };
      }
      if (imported > 0) return;
      const name = basename(path);
      const expected = 'expected JSONL, one {"user", "query", "answer", "at"} a line';
      throw fileInvalid(
        firstFault === null
          ? `${name} is empty; ${expected}, or a LaMP folder. Check the path.`
          : `None of the ${lines} lines of ${name} can be imported (line ${firstFault.line}: ${firstFault.reason}); ${expected}, or a LaMP folder. Correct the file.`,
      );
    },
  };
}

/** The user and the interaction of a line, or why it cannot be imported. */
export function parseLine(text: string): { user: string; item: ImportedItem } | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not valid JSON";
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success) return describe(parsed.error.issues[0]);
  const { query, answer, response, at, id, task } = parsed.data;

  let user: string;
  try {
    user = parseUserId(parsed.data.user);
  } catch (error) {
    if (PersonaAgentError.is(error)) return error.message;
    throw error;
  }
  if (query.trim() === "") return "query is empty; expected some text";
  for (const [name, field] of Object.entries({ query, answer, response, id, task })) {
    const fault = typeof field === "string" ? textFault(name, field) : null;
    if (fault !== null) return fault;
  }
  const time = at === null || at === undefined ? null : parseItemTime(at);
  if (time === null && typeof at === "string")
    return `at is not a date; expected ISO 8601, such as 2024-05-01T09:30:00Z, 2024-05-01, 2024-05 or 2024`;

  const item = {
    itemId: id === null || id === undefined ? null : String(id),
    query,
    response: textOrNull(response),
    answer: textOrNull(answer),
    at: time?.at ?? null,
    coarse: time?.coarse ?? false,
    task: textOrNull(task),
  };
  return { user, item };
}

/** A blank answer counts as none. */
function textOrNull(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === "" ? null : text;
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined || issue.path.length === 0)
    return 'not an object; expected {"user", "query", "answer", "at"}';
  const name = issue.path.join(".");
  if (issue.code === "invalid_type" && issue.input === undefined && /undefined/.test(issue.message))
    return `${name} is missing; expected text`;
  return `${name} has the wrong type; expected ${name === "id" ? "text or a whole number" : "text"}`;
}
