import { type AlignmentRecord, meanScores } from "../../domain/alignment/alignment-record.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { AlignmentState, Iteration, PersonaUnderTest } from "../../state/alignment-state.js";

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

const noScores: AlignmentRecord["scores"] = { batch: [], holdout: [] };

/** @param checkpoint - Where the iteration's evidence is stored, if there is any. */
export function iterationOf(
  reason: string,
  checkpoint: PersonaCheckpoint | null,
  accepted: boolean,
): Iteration {
  const { batch, holdout } = checkpoint?.alignment?.scores ?? noScores;
  const [onBatch, onHoldout] = [meanScores(batch), meanScores(holdout)];
  return {
    parentScore: onBatch.parent,
    candidateScore: onBatch.candidate,
    holdoutParent: onHoldout.parent,
    holdoutCandidate: onHoldout.candidate,
    accepted,
    reason,
    version: checkpoint?.version ?? null,
  };
}
