import type { PersonaCheckpoint, PersonaLine } from "../domain/persona.js";
import type { AlignmentState } from "../state/alignment.js";

/** Most earlier updates that a run begins with. */
const mostRejected = 3;

/**
 * Updates of the lines that the head has now which did not pass in earlier runs, and versions of them that were rolled
 * back; oldest first. Checkpoints that only say "keep" are none.
 */
export function rejectedBefore(
  checkpoints: readonly PersonaCheckpoint[],
  head: PersonaCheckpoint,
): AlignmentState["rejected"] {
  const byId = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const present = said(head.lines);
  return checkpoints
    .filter((checkpoint) => {
      const parent = byId.get(checkpoint.parentId ?? "");
      const isOfThese = parent !== undefined && said(parent.lines) === present;
      return isOfThese && checkpoint.author === "alignment" && said(checkpoint.lines) !== present;
    })
    .slice(-mostRejected)
    .map(({ lines, reason, alignment, status }) => ({
      key: null,
      lines,
      refusals: alignment?.refusals ?? [],
      reason: status === "active" ? "Taken at first, and rolled back later." : reason,
    }));
}

/** What lines say, wherever they come from: the evidence does not matter. */
export function said(lines: readonly PersonaLine[]): string {
  return JSON.stringify(lines.map(({ text, tool }) => [text, tool]));
}
