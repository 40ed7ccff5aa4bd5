import type { LampTask } from "../domain/lamp-question.js";
import { maxTextLength } from "../domain/text/storable-text.js";

/** One interaction of a history, as a file gave it: checked, but not yet placed in the user's time line. */
export interface ImportedItem {
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
}

/** Why a text of a file cannot be stored, without the text; `null` when it can. */
export function textFault(name: string, text: string): string | null {
  if (text.length > maxTextLength)
    return `${name} is ${text.length} characters long; at most ${maxTextLength} are taken`;
  if (text.includes("\0")) return `${name} holds a NUL character; expected plain text`;
  if (!text.isWellFormed()) return `${name} holds half of a surrogate pair; expected valid Unicode`;
  return null;
}
