import {
  activeVersions,
  type PersonaCheckpoint,
  type PersonaLine,
} from "../../domain/persona/persona-checkpoint.js";
import { personaVersionStatuses } from "../../domain/persona/version-history.js";
import type { AlignmentState } from "../../state/alignment-state.js";

/** Most earlier updates that a run begins with. */
const mostRejected = 3;

/**
 * Updates of the lines that the head has now which did not pass in earlier runs, and versions of them that were taken
 * back; oldest first. A person's version is among them only where the automatic rollback took it back. Left out is what
 * nobody found wanting: checkpoints that only say "keep", and those that another writer was before.
 */
export function rejectedBefore(
  checkpoints: readonly PersonaCheckpoint[],
  head: PersonaCheckpoint,
): AlignmentState["rejected"] {
  const byId = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const standings = personaVersionStatuses(checkpoints);
  const present = lineContents(head.lines);
  const inUse = activeVersions(checkpoints);
  return checkpoints
    .filter((checkpoint) => {
      const parent = byId.get(checkpoint.parentId ?? "");
      const isOfThese = parent !== undefined && lineContents(parent.lines) === present;
      return isOfThese && lineContents(checkpoint.lines) !== present;
    })
    .flatMap((checkpoint) => {
      const reason = whyNot(checkpoint);
      const { lines, alignment } = checkpoint;
      return reason === null
        ? []
        : [{ key: null, lines, rejections: alignment?.rejections ?? [], reason }];
    })
    .slice(-mostRejected);

  /** Null for a checkpoint that nothing speaks against. */
  function whyNot(checkpoint: PersonaCheckpoint): string | null {
    const { id, author, reason } = checkpoint;
    const standing = standings.get(id);
    if (standing === "rejected")
      return author !== "alignment" || isOutdated(checkpoint) ? null : reason;
    if (standing !== "past") return null;
    if (inUse.some(({ rollback, parentId }) => rollback !== null && parentId === id))
      return "Taken at first, and rolled back later.";
    return author === "alignment" ? "Taken at first, and gone back from later." : null;
  }
}

/** It had passed, and nobody was against it: the persona was changed before it could be taken. */
function isOutdated({ alignment }: PersonaCheckpoint): boolean {
  return alignment?.decision?.accepted === true && alignment.review?.decision !== "reject";
}

/** What lines say, wherever they come from: the evidence does not matter. */
export function lineContents(lines: readonly PersonaLine[]): string {
  return JSON.stringify(lines.map(({ text, tool }) => [text, tool]));
}
