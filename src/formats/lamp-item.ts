import { lampSubject } from "../domain/lamp-question.js";
import { type ImportedItem, textFault } from "./history-source.js";
import type { LampSet } from "./lamp-folder.js";
import { itemInteraction, type ProfileItem } from "./profile-item.js";

/** An item of a LaMP history as an interaction, and its text, to compare with the user's questions. */
export interface LampItem {
  readonly item: ImportedItem;
  readonly text: string;
}

/** @returns The item, or why it cannot be imported, in words that follow its name. */
export function lampItem(
  profileItem: ProfileItem,
  { task, options }: LampSet,
): LampItem | { readonly fault: string } {
  const { id, title, at, coarse } = profileItem;
  const text = task === "LaMP_1" ? (title ?? "") : profileItem.text;
  if (text.trim() === "") return { fault: "has an empty text" };
  const { query, answer } = itemInteraction(profileItem, task, options ?? undefined);
  const fault = textFault("its text", query) ?? textFault("its answer", answer ?? "");
  if (fault !== null) return { fault: `cannot be stored: ${fault}` };
  return { text, item: { itemId: id, query, response: null, answer, at, coarse, task } };
}

/**
 * Whether one of these questions asks about a text of the history, which would give its answer away. Case, punctuation
 * and spacing do not count: the published files differ in these between question and item.
 */
export function askedTexts(questions: readonly string[]): (text: string) => boolean {
  const asked = new Set(questions.map((question) => comparable(lampSubject(question))));
  return (text) => asked.has(comparable(text));
}

function comparable(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
