import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { searchFor, type SearchingRun } from "./search-for.js";
import type { SimulateDeps } from "./simulate.js";

/**
 * Searches memory for items while a model works: this process has nothing else to do. What was not found by then is
 * searched for in its turn.
 *
 * @param items - Those that are simulated next first. Its failure is nobody's: the node that needs the items meets it again.
 */
export async function whileReadingAhead<Result>(
  items: () => Promise<readonly AlignmentItem[]>,
  run: SearchingRun,
  deps: Pick<SimulateDeps, "recallOf">,
  work: () => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  // In paper mode there is nothing to search for, and no need to know the items.
  if (run.config.mode !== "paper") void readAhead().catch(() => {});
  try {
    return await work();
  } finally {
    isDone = true;
  }

  async function readAhead() {
    for (const item of await items()) {
      if (isDone) return;
      await searchFor(item, run, deps);
    }
  }
}
