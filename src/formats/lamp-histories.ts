import { basename } from "node:path";
import { z } from "zod";
import { parseQuestion } from "../domain/lamp-question.js";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import {
  createUserFilter,
  type HistorySource,
  type ReadItem,
  type ReadOptions,
} from "./history-source.js";
import { findLampFiles, type LampFolder, type LampSet, readLampSet } from "./lamp-folder.js";
import { askedTexts, lampItem } from "./lamp-item.js";
import { parseProfileItem } from "./profile-item.js";
import { readBytes } from "./read-file.js";
import { splitJsonArray } from "./split-json-array.js";
import { splitLines } from "./split-lines.js";

const id = z.union([z.string(), z.number().int()]).transform(String);
const questionSchema = z.object({ id, input: z.string(), profile: z.array(z.unknown()) });
type Question = z.output<typeof questionSchema>;
const userSchema = z.object({
  user: z.string(),
  question_ids: z.array(id),
  history: z.array(z.unknown()).optional(),
});
type User = z.output<typeof userSchema>;

/** A user's history as the files hold it, with its place. */
interface History {
  readonly user: string;
  readonly items: readonly unknown[];
  /** The user's own questions: an item with the text of one would give its answer away. */
  readonly questions: readonly string[];
  readonly file: string;
  readonly line: number;
}

type Fault = Extract<ReadItem, { ok: false }>;

/** One line of `users.jsonl` holds the whole history of a user. */
const maxUserLineBytes = 400_000_000;

/**
 * Reads a folder in LaMP's format question by question, so that its size does not matter. Users and their histories
 * come from `users.jsonl` (`history`, else the profile of the user's first question); without that file each question
 * is a user. Line numbers count the questions of a file, or the lines of `users.jsonl`, from 1.
 *
 * @throws {PersonaAgentError} `config-file-invalid` when it is not such a folder.
 */
export async function openLamp(path: string): Promise<HistorySource> {
  const folder = await findLampFiles(path);
  const set = await readLampSet(folder);
  return {
    format: "lamp",
    async *read(options = {}) {
      const histories =
        folder.users === null
          ? readQuestionsAsUsers(folder, options)
          : readUsers(folder, folder.users, options);
      for await (const history of histories) {
        if ("ok" in history) yield history;
        else yield* readHistory(history, set);
      }
    },
  };
}

function faultAt(file: string, line: number, reason: string): Fault {
  return { ok: false, line, reason: `${file}: ${reason}` };
}

function* readHistory(history: History, set: LampSet): Generator<ReadItem> {
  const { user, items, questions, file, line } = history;
  const own = questions.map(parseQuestion).find((question) => question.task === set.task);
  const ownSet = { task: set.task, options: own?.options ?? set.options };
  const isAsked = askedTexts(questions);
  const refuse = (itemId: string | null, reason: string) =>
    faultAt(file, line, `item ${itemId ?? "without an id"} of ${user} ${reason}`);
  for (const value of items) {
    const parsed = parseProfileItem(value, set.task);
    const read = "fault" in parsed ? parsed : lampItem(parsed, ownSet);
    if ("fault" in read) yield refuse(parsed.id, read.fault);
    else if (isAsked(read.text))
      yield refuse(parsed.id, "is the text of one of the user's questions");
    else yield { ok: true, user, item: read.item };
  }
}

async function* readQuestionsAsUsers(
  folder: LampFolder,
  options: ReadOptions,
): AsyncGenerator<History | Fault> {
  const wanted = createUserFilter(options);
  const seen = new Set<string>();
  let taken = 0;
  for await (const entry of readQuestions(folder)) {
    if ("ok" in entry) {
      yield entry;
      continue;
    }
    const { question, file, line } = entry;
    const fault = userFault(question.id, seen);
    if (fault !== null) {
      yield faultAt(file, line, fault);
      continue;
    }
    seen.add(question.id);
    if (!wanted(question.id)) continue;
    yield { user: question.id, items: question.profile, questions: [question.input], file, line };
    taken += 1;
    if (taken === options.limitUsers || taken === options.users?.size) return;
  }
}

async function* readUsers(
  folder: LampFolder,
  path: string,
  options: ReadOptions,
): AsyncGenerator<History | Fault> {
  const inputs = new Map<string, string>();
  for await (const entry of readQuestions(folder)) {
    if ("ok" in entry) yield entry;
    else inputs.set(entry.question.id, entry.question.input);
  }

  const file = basename(path);
  const wanted = createUserFilter(options);
  const seen = new Set<string>();
  const withoutHistory = new Map<string, Omit<History, "items">>();
  for await (const { number: line, ...entry } of splitLines(readBytes(path), maxUserLineBytes)) {
    const parsed = "fault" in entry ? entry.fault : parseUserLine(entry.text);
    const fault = typeof parsed === "string" ? parsed : userFault(parsed.user, seen);
    if (typeof parsed === "string" || fault !== null) {
      yield faultAt(file, line, String(fault));
      continue;
    }
    const { user, question_ids: ids, history: items } = parsed;
    seen.add(user);
    if (!wanted(user)) continue;
    const history = { user, questions: ids.flatMap((each) => inputs.get(each) ?? []), file, line };
    const first = ids.find((each) => inputs.has(each));
    if (items !== undefined) yield { ...history, items };
    else if (first !== undefined) withoutHistory.set(first, history);
    else
      yield faultAt(
        file,
        line,
        `${user} has neither a history nor a question in the question files`,
      );
  }

  if (withoutHistory.size === 0) return;
  for await (const entry of readQuestions(folder)) {
    if ("ok" in entry) continue;
    const history = withoutHistory.get(entry.question.id);
    if (history === undefined) continue;
    withoutHistory.delete(entry.question.id);
    yield { ...history, items: entry.question.profile };
    if (withoutHistory.size === 0) return;
  }
}

function parseUserLine(text: string): User | string {
  try {
    const parsed = userSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'expected {"user", "question_ids", "history"}';
  } catch {
    return "not valid JSON";
  }
}

function userFault(user: string, seen: ReadonlySet<string>): string | null {
  if (seen.has(user)) return `${user} is there a second time; the first was imported`;
  try {
    parseUserId(user);
    return null;
  } catch (error) {
    if (PersonaAgentError.is(error)) return error.message;
    throw error;
  }
}

async function* readQuestions(
  folder: LampFolder,
): AsyncGenerator<
  { readonly question: Question; readonly file: string; readonly line: number } | Fault
> {
  for (const path of folder.questions) {
    const file = basename(path);
    let line = 0;
    for await (const element of splitJsonArray(readBytes(path), file)) {
      line += 1;
      const parsed = questionSchema.safeParse(element);
      if (parsed.success) yield { question: parsed.data, file, line };
      else yield faultAt(file, line, 'not a question; expected {"id", "input", "profile"}');
    }
  }
}
