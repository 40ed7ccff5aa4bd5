import type { LampSet } from "../../eval/formats/lamp-folder.js";
import { itemInteraction, parseProfileItem } from "../../eval/formats/profile-item.js";
import { textFault } from "./imported-item.js";
import type { ImportedItem } from "./imported-item.js";

/** An item of a LaMP history as an interaction, and its own text, to compare with the user's questions. */
export interface LampItem {
  readonly item: ImportedItem;
  readonly text: string;
}

/** @returns Why the item cannot be taken, in words, when it cannot. */
export function parseLampItem(
  value: unknown,
  { task, options }: LampSet,
): LampItem | { readonly fault: string; readonly id: string } {
  const parsed = parseProfileItem(value, task);
  const refuse = (fault: string) => ({ id: parsed.id ?? "without an id", fault });
  if ("fault" in parsed) return refuse(parsed.fault);
  const text = task === "LaMP_1" ? (parsed.title ?? "") : parsed.text;
  if (text.trim() === "") return refuse("has an empty text");
  const { query, answer } = itemInteraction(parsed, task, options ?? undefined);
  const fault = textFault("its text", query) ?? textFault("its answer", answer ?? "");
  if (fault !== null) return refuse(`cannot be stored: ${fault}`);
  const { id, at, coarse } = parsed;
  return { text, item: { itemId: id, query, response: null, answer, at, coarse, task } };
}
