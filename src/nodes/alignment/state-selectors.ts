import type { AlignmentState, PersonaUnderTest } from "../../state/alignment-state.js";

/** The persona that the run is to improve. */
export function parentOf({ parent }: Pick<AlignmentState, "parent">): PersonaUnderTest {
  // `select-batch` put it there, so only an edit of the state in Studio can lead here.
  if (parent === undefined) throw new TypeError("The run has no parent persona.");
  return parent;
}

/** What was said of a persona's answers to the batch, oldest item first. */
export function inBatchOrder({ batch, critiques }: AlignmentState, persona: string) {
  return batch.flatMap(({ episodeId }) =>
    critiques.filter((each) => each.persona === persona && each.episodeId === episodeId),
  );
}
