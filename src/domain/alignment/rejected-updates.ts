import type { LineRejection } from "../persona/line-rejection.js";
import {
  activeVersions,
  type PersonaCheckpoint,
  type PersonaLine,
} from "../persona/persona-checkpoint.js";
import { personaVersionStatuses } from "../persona/version-history.js";

/** Most earlier updates that a run begins with. */
const maxRejected = 3;

/**
 * Updates of the head's present lines that earlier runs did not accept, and versions of them that were taken back;
 * oldest first. A person's version is included only if the automatic rollback took it back. Checkpoints that only keep
 * the lines, or that lost to another writer, are left out: nothing speaks against them.
 */
export function rejectedBefore(
  checkpoints: readonly PersonaCheckpoint[],
  head: PersonaCheckpoint,
): {
  /** No candidate of the present run has such a name. */
  readonly key: null;
  readonly lines: PersonaLine[];
  readonly rejections: LineRejection[];
  readonly reason: string;
}[] {
  const byId = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const statuses = personaVersionStatuses(checkpoints);
  const present = lineContents(head.lines);
  const inUse = activeVersions(checkpoints);
  return checkpoints
    .flatMap((checkpoint) => {
      const { lines, alignment, parentId } = checkpoint;
      const parent = byId.get(parentId ?? "");
      if (parent === undefined || lineContents(parent.lines) !== present) return [];
      if (lineContents(lines) === present) return [];
      const reason = whyRejected(checkpoint);
      const rejections = alignment?.rejections ?? [];
      return reason === null ? [] : [{ key: null, lines, rejections, reason }];
    })
    .slice(-maxRejected);

  /** `null` if nothing speaks against the checkpoint. */
  function whyRejected(checkpoint: PersonaCheckpoint): string | null {
    const { id, author, reason } = checkpoint;
    const status = statuses.get(id);
    if (status === "rejected")
      return author !== "alignment" || isOutdated(checkpoint) ? null : reason;
    if (status !== "past") return null;
    if (inUse.some(({ rollback, parentId }) => rollback !== null && parentId === id))
      return "Taken at first, and rolled back later.";
    return author === "alignment" ? "Taken at first, and gone back from later." : null;
  }
}

/** It was accepted and nobody rejected it, but the persona was changed before it could be taken. */
function isOutdated({ alignment }: PersonaCheckpoint): boolean {
  return alignment?.decision?.accepted === true && alignment.review?.decision !== "reject";
}

/** To compare lines by their text and tool; the evidence does not matter. */
export function lineContents(lines: readonly PersonaLine[]): string {
  return JSON.stringify(lines.map(({ text, tool }) => [text, tool]));
}
