import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { type AlignmentRecord, meanScores } from "../../domain/alignment/alignment-record.js";
import { judgedScores, type Preferred } from "../../domain/alignment/judgement.js";
import type { PairedScores } from "../../domain/alignment/paired-comparison.js";
import { answerOf, itemScores } from "../../domain/alignment/simulated-answer.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { AlignmentState, Iteration, PersonaUnderTest } from "../../state/alignment-state.js";
import { missingItems } from "./failed-items.js";

/** The persona that the run is to improve. */
export function parentOf({ parent }: Pick<AlignmentState, "parent">): PersonaUnderTest {
  // Set by `select-batch`, so it is only missing after an edit of the state in Studio.
  if (parent === undefined) throw new TypeError("The run has no parent persona.");
  return parent;
}

/** The parts of a checkpoint or candidate that its answers depend on. */
export function underTest(
  { version, lines, paperSystemPrompt }: Omit<PersonaUnderTest, "key">,
  key: string,
): PersonaUnderTest {
  return { key, version, lines, paperSystemPrompt };
}

/** The critiques of a persona's answers to the batch, oldest item first. */
export function inBatchOrder({ batch, critiques }: AlignmentState, persona: string) {
  return batch.flatMap(({ episodeId }) =>
    critiques.filter((each) => each.persona === persona && each.episodeId === episodeId),
  );
}

/** Whose answer to the item the judge preferred; undefined where it was not asked. */
export function preferredOn(
  episodeId: string,
  { candidate, judgements }: Pick<AlignmentState, "candidate" | "judgements">,
): Preferred | undefined {
  return judgements.find(
    (each) => each.candidate === candidate?.key && each.episodeId === episodeId,
  )?.preferred;
}

/**
 * The scores of the items that the parent has answered; the candidate's are empty where it has not, or where the judge
 * failed: words that two open replies share do not stand in for its verdict.
 */
export function scoredItems(
  state: AlignmentState,
  items: readonly AlignmentItem[],
): (PairedScores & { readonly preferred: Preferred | undefined })[] {
  const { answers, candidate } = state;
  const { key } = parentOf(state);
  const unjudged = new Set(
    missingItems(state).flatMap(({ step, persona, episodeId }) =>
      step === "judgement" && persona === candidate?.key ? episodeId : [],
    ),
  );
  return items
    .map(({ episodeId }) => ({
      item: episodeId,
      parent: itemScores(answers, key, episodeId),
      candidate:
        candidate === null || unjudged.has(episodeId)
          ? []
          : itemScores(answers, candidate.key, episodeId),
      preferred: preferredOn(episodeId, state),
    }))
    .filter(({ parent }) => parent.length > 0);
}

/** The items that the parent has answered. */
export function answeredItems(
  state: AlignmentState,
  items: readonly AlignmentItem[],
): AlignmentItem[] {
  const { key: persona } = parentOf(state);
  return items.filter(
    ({ episodeId }) => answerOf(state.answers, { persona, episodeId }) !== undefined,
  );
}

/** What the items that both have answered count in their comparison: the judge's word where there is one. */
export function comparedItems(
  state: AlignmentState,
  items: readonly AlignmentItem[],
): PairedScores[] {
  return scoredItems(state, items)
    .filter(({ candidate }) => candidate.length > 0)
    .map(({ preferred, ...scores }) => {
      if (preferred === undefined) return scores;
      const { parent, candidate } = judgedScores[preferred];
      return { item: scores.item, parent: [parent], candidate: [candidate] };
    });
}

const noScores: AlignmentRecord["scores"] = { batch: [], holdout: [] };

/** @param checkpoint - Where the iteration's evidence is stored, if there is any. */
export function iterationOf(
  reason: string,
  checkpoint: PersonaCheckpoint | null,
  accepted: boolean,
): Iteration {
  const { batch, holdout } = checkpoint?.alignment?.scores ?? noScores;
  const judge = checkpoint?.alignment?.judge;
  const [onBatch, onHoldout] = [meanScores(batch), meanScores(holdout)];
  return {
    parentScore: onBatch.parent,
    candidateScore: onBatch.candidate,
    holdoutParent: onHoldout.parent,
    holdoutCandidate: onHoldout.candidate,
    judgeAgreement: judge === undefined ? null : judge.agreed / judge.items,
    accepted,
    reason,
    version: checkpoint?.version ?? null,
  };
}
