import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type {
  AlignmentState,
  PersonaUnderTest,
  SimulationTask,
} from "../../state/alignment-state.js";

/** A task for every item and repeat, all under one persona. */
export function simulationTasks(
  items: readonly AlignmentItem[],
  { runId, profile }: Pick<AlignmentState, "runId" | "profile">,
  { key, version, lines, paperSystemPrompt }: PersonaUnderTest,
  role: SimulationTask["role"],
  repeats: number,
): SimulationTask[] {
  // A candidate holds more, which no task needs.
  const persona = { key, version, lines, paperSystemPrompt };
  return items.flatMap((item) =>
    Array.from({ length: repeats }, (_, repeat) => ({
      runId,
      persona,
      role,
      profile,
      item,
      repeat,
    })),
  );
}
