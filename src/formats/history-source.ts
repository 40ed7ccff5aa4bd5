import type { LampTask } from "../domain/lamp-question.js";
import type { AnswerFields } from "./answer-fields.js";
import { maxTextLength } from "../domain/text/storable-text.js";

/** One interaction of a history as its file has it: checked, but not yet placed in the user's time line. */
export interface ImportedItem extends Partial<AnswerFields> {
  /** The item's own id in its file; `null` where it has none. */
  readonly itemId: string | null;
  readonly query: string;
  readonly response: string | null;
  readonly answer: string | null;
  /** ISO 8601 UTC, as precise as the file was (a year is its first moment); `null` without a date. */
  readonly at: string | null;
  /** Whether `at` is a day, a month or a year only, so that several items may share it. */
  readonly coarse: boolean;
  readonly task: LampTask | (string & {}) | null;
  /** Whether others wrote it: text of others is never evidence. */
  readonly foreign?: boolean;
}

/** An entry of a file, in the file's order: an interaction, or why it was left out. */
export type ReadItem =
  | {
      readonly ok: true;
      readonly user: string;
      readonly item: ImportedItem;
      /** Its keys that nothing reads. */
      readonly unread?: readonly string[];
    }
  | { readonly ok: false; readonly line: number; readonly reason: string };

/** A file of histories, ready to be read. `read` starts from the beginning each time. */
export interface HistorySource {
  readonly format: "jsonl" | "csv" | "lamp" | "mem0" | "mastra";
  /** @throws {PersonaAgentError} `config-file-invalid` when a file is broken further on. */
  read(options?: ReadOptions): AsyncGenerator<ReadItem>;
}

export interface ReadOptions {
  /** Only these users; all by default. */
  readonly users?: ReadonlySet<string>;
  /** Only the first so many users, in the file's order. */
  readonly limitUsers?: number | undefined;
}

/** Whether a user is to be read. Called in the file's order. */
export function createUserFilter({ users, limitUsers = Number.POSITIVE_INFINITY }: ReadOptions) {
  const accepted = new Set<string>();
  return (user: string): boolean => {
    if (accepted.has(user)) return true;
    if (accepted.size >= limitUsers || users?.has(user) === false) return false;
    accepted.add(user);
    return true;
  };
}

/** Why a text of a file cannot be stored, without the text; `null` when it can. */
export function textFault(name: string, text: string): string | null {
  if (text.length > maxTextLength)
    return `${name} is ${text.length} characters long; at most ${maxTextLength} are taken`;
  if (text.includes("\0")) return `${name} holds a NUL character; expected plain text`;
  if (!text.isWellFormed()) return `${name} holds half of a surrogate pair; expected valid Unicode`;
  return null;
}
