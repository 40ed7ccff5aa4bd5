import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { type AlignmentRecord, meanScores } from "../../domain/alignment/alignment-record.js";
import { judgedScores, type Preferred } from "../../domain/alignment/judgement.js";
import type { PairedScores } from "../../domain/alignment/paired-comparison.js";
import type { Promising } from "../../domain/alignment/promising.js";
import { answerOf, itemScores } from "../../domain/alignment/simulated-answer.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type {
  AlignmentState,
  Iteration,
  PersonaCandidate,
  PersonaUnderTest,
} from "../../state/alignment-state.js";
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

/** The candidate that a checkpoint, unless named the one that stands for the iteration, is of; `null` for none. */
export function candidateOf(
  { candidates, ...state }: Pick<AlignmentState, "candidates" | "proposal">,
  proposal = state.proposal,
): PersonaCandidate | null {
  return candidates[(proposal?.alignment?.candidate ?? 1) - 1] ?? null;
}

/** What is known from before of a candidate that is tried again; `null` for every other. */
export function triedAgainBy(
  { isTriedAgain }: Pick<PersonaCandidate, "isTriedAgain">,
  { promising }: Pick<AlignmentState, "promising">,
): Promising | null {
  return isTriedAgain === true ? promising : null;
}

/** Whose answer to the item the judge preferred; undefined where it was not asked. */
export function preferredOn(
  episodeId: string,
  candidate: Pick<PersonaCandidate, "key"> | null,
  judgements: AlignmentState["judgements"],
): Preferred | undefined {
  return judgements.find(
    (each) => each.candidate === candidate?.key && each.episodeId === episodeId,
  )?.preferred;
}

/** An item's scores under both, and the judge's word where there is one. */
interface ItemScores extends PairedScores {
  readonly weight: number;
  readonly preferred: Preferred | undefined;
}

/**
 * The scores of the items that the parent has answered; the candidate's are empty where it has not, or where the judge
 * failed: words that two open replies share do not stand in for its verdict.
 */
export function scoredItems(
  state: AlignmentState,
  items: readonly AlignmentItem[],
  candidate: Pick<PersonaCandidate, "key"> | null,
): ItemScores[] {
  const { answers } = state;
  const { key } = parentOf(state);
  const unjudged = new Set(
    missingItems(state).flatMap(({ step, persona, episodeId }) =>
      step === "judgement" && persona === candidate?.key ? episodeId : [],
    ),
  );
  return items
    .map(({ episodeId, weight }) => ({
      item: episodeId,
      weight,
      parent: itemScores(answers, key, episodeId),
      candidate:
        candidate === null || unjudged.has(episodeId)
          ? []
          : itemScores(answers, candidate.key, episodeId),
      preferred: preferredOn(episodeId, candidate, state.judgements),
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
  candidate: Pick<PersonaCandidate, "key">,
): Omit<ItemScores, "preferred">[] {
  return scoredItems(state, items, candidate)
    .filter((scores) => scores.candidate.length > 0)
    .map(({ preferred, ...scores }) => {
      if (preferred === undefined) return scores;
      const judged = judgedScores[preferred];
      return { ...scores, parent: [judged.parent], candidate: [judged.candidate] };
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
    version: accepted ? (checkpoint?.version ?? null) : null,
  };
}
