import type { AlignmentItem } from "../domain/alignment-item.js";
import type { SimulationTask } from "../state/alignment.js";

/** A task for every item and repeat. */
export function simulationTasks(
  items: readonly AlignmentItem[],
  given: Omit<SimulationTask, "item" | "repeat">,
  repeats: number,
): SimulationTask[] {
  return items.flatMap((item) =>
    Array.from({ length: repeats }, (_, repeat) => ({ ...given, item, repeat })),
  );
}
