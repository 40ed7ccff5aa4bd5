import type { PersonaLine } from "../persona/persona-checkpoint.js";
import { diffPersona } from "../persona/persona-diff.js";
import { type AlignmentItem, restsOnItemAlone } from "./alignment-item.js";

interface LinesUnderTest {
  /** Of the persona that answers. */
  readonly lines: readonly PersonaLine[];
  /** Of the persona that the run began with. */
  readonly learnedBefore: readonly PersonaLine[];
  /** Whether the run's updates are written from the item. */
  readonly isInBatch: boolean;
}

/**
 * The lines that this item has taught: its simulation must not see them, or the persona would be tested on what it was
 * told.
 *
 * A line from before the run is left out where it cites the item or a duplicate of it, for parent and candidate alike.
 * So is, on a held-out item, what an update made of such a line. What the run itself wrote rests on the batch and must
 * stay there, or nothing could be tried on it; only what rests on the item alone goes.
 */
export function taughtLines(
  item: Pick<AlignmentItem, "episodeId" | "duplicates">,
  { lines, learnedBefore, isInBatch }: LinesUnderTest,
): PersonaLine[] {
  const earlier = new Map(
    diffPersona(learnedBefore, lines).changed.map(({ before, after }) => [after, before]),
  );
  return lines.filter((line) => {
    const same = learnedBefore.find(({ text, tool }) => text === line.text && tool === line.tool);
    if (same !== undefined) return cites(item, same.evidence);
    if (isInBatch) return restsOnItemAlone(item, line.evidence);
    return cites(item, [...line.evidence, ...(earlier.get(line)?.evidence ?? [])]);
  });
}

function cites(
  { episodeId, duplicates }: Pick<AlignmentItem, "episodeId" | "duplicates">,
  evidence: readonly string[],
): boolean {
  return evidence.some((id) => id === episodeId || duplicates.includes(id));
}
