import { lampSubject } from "../domain/lamp-question.js";
import { textFault } from "./imported-item.js";
import type { ImportedItem } from "./imported-item.js";
import type { LampSet } from "./lamp-folder.js";
import { itemInteraction } from "./profile-item.js";
import type { ProfileItem } from "./profile-item.js";

/** An item of a LaMP history as an interaction, and its own text, to compare with the user's questions. */
export interface LampItem {
  readonly item: ImportedItem;
  readonly text: string;
}

/** @returns Why the item cannot be taken, in words that follow its name, when it cannot. */
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
 * Whether a text of a history is what one of these questions asks about, so that its answer would be given away. Case,
 * punctuation and spacing do not count: the published files differ in these between question and item.
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
