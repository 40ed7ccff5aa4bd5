import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { labelledItems } from "../../domain/alignment/labelled-items.js";
import {
  citedBy,
  firstItems,
  type SplitSizes,
} from "../../domain/alignment/split-batch-holdout.js";
import type { Episode } from "../../domain/episode.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";

/** The items that a run may ask, oldest first: the same for each node that works ahead for them. */
export function itemsOfRun(
  history: readonly Episode[],
  lines: readonly PersonaLine[],
  sizes: SplitSizes,
): AlignmentItem[] {
  const taught = { cited: citedBy(lines), enough: firstItems(sizes) };
  return labelledItems(history, sizes.batch + sizes.holdout, taught);
}
