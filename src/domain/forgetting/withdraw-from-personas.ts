import type { AlignmentRecord } from "../alignment/alignment-record.js";
import type { PersonaCheckpoint } from "../persona/persona-checkpoint.js";
import { type WithdrawnAt, withdrawnAt } from "./withdraw-parts.js";
import type { Withdrawal } from "./withdrawal.js";

/** What stands in place of a text that was erased. */
export const erasedText = "Erased with an interaction that was deleted.";

/**
 * The checkpoints without what is withdrawn: lines, critiques, the words of rejected lines, reasons and notes. Ids,
 * versions, scores and cost stay, so the head stays the head.
 *
 * A text of paper mode has no evidence, so it rests on the batch that it was written from, on those of its ancestors, and
 * on their profiles; it goes as a whole.
 *
 * @param evidenceOf - The episodes that a profile cites, by its id.
 */
export function withdrawFromPersonas(
  checkpoints: readonly PersonaCheckpoint[],
  withdrawals: readonly Withdrawal[],
  evidenceOf: (profileId: string) => readonly string[],
): PersonaCheckpoint[] {
  const byId = new Map(checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const erased = new Set(
    checkpoints.filter(isPaperTextWithdrawn).map(({ paperSystemPrompt }) => paperSystemPrompt),
  );
  return checkpoints.map((checkpoint) => {
    const { alignment, lines, paperSystemPrompt, reason } = checkpoint;
    const withdrawn = withdrawnAt(checkpoint.at, withdrawals);
    // Where nothing was judged, the reason is the update model's, who read the batch.
    const isFromBatch = alignment !== null && alignment.decision === null;
    const isReasonErased =
      withdrawn.text(reason) || (isFromBatch && readItems(alignment).some(withdrawn.episode));
    return {
      ...checkpoint,
      lines: lines.filter((line) => !withdrawn.part(line)),
      paperSystemPrompt: erased.has(paperSystemPrompt) ? null : paperSystemPrompt,
      reason: isReasonErased ? erasedText : reason,
      alignment: alignment && withdrawFromRecord(alignment, withdrawn),
    };
  });

  function isPaperTextWithdrawn({ paperSystemPrompt, at, ...checkpoint }: PersonaCheckpoint) {
    if (paperSystemPrompt === null) return false;
    const withdrawn = withdrawnAt(at, withdrawals);
    return (
      withdrawn.text(paperSystemPrompt) ||
      [checkpoint, ...ancestorsOf(checkpoint)].some(
        ({ alignment }) =>
          alignment !== null &&
          [...readItems(alignment), ...evidenceOf(alignment.profileId ?? "")].some(
            withdrawn.episode,
          ),
      )
    );
  }

  function ancestorsOf({ parentId }: Pick<PersonaCheckpoint, "parentId">): PersonaCheckpoint[] {
    const ancestors = new Set<PersonaCheckpoint>();
    let next = byId.get(parentId ?? "");
    while (next !== undefined && !ancestors.has(next)) {
      ancestors.add(next);
      next = byId.get(next.parentId ?? "");
    }
    return [...ancestors];
  }
}

function withdrawFromRecord(record: AlignmentRecord, withdrawn: WithdrawnAt): AlignmentRecord {
  const { critiques, rejections, review } = record;
  const isItem = readItems(record).some(withdrawn.episode);
  return {
    ...record,
    critiques: critiques.filter(
      ({ episodeId, text }) => !withdrawn.episode(episodeId) && !withdrawn.text(text),
    ),
    rejections: rejections.map((rejection) => {
      const { line, reason } = rejection;
      return isItem || withdrawn.text(line ?? "") || withdrawn.text(reason)
        ? { ...rejection, line: null, reason: erasedText }
        : rejection;
    }),
    review: review && {
      ...review,
      note: review.note !== null && withdrawn.text(review.note) ? null : review.note,
    },
  };
}

/** The items that an update was written from. */
function readItems({ critiques, scores }: AlignmentRecord): string[] {
  return [...critiques, ...scores.batch].map(({ episodeId }) => episodeId);
}
