import type { AlignConfig } from "../config.js";
import type { AlignmentItem } from "../domain/alignment-item.js";
import { initialPersona } from "../domain/persona.js";
import { parseUserId } from "../domain/user-id.js";
import { memoryBefore } from "../memory/memory-before.js";
import { readFor } from "./retrieve-memory.js";
import type { SimulateDeps } from "./simulate.js";

/**
 * Searches memory for items while a model works: their simulations will ask the same (`createSharedRecall` remembers
 * it), and this process has nothing else to do. What was not found by then is searched for in its turn. In paper mode the
 * model asks, and nobody knows what.
 *
 * @param items - Those that are simulated next first. Its failure is nobody's: the node that needs the items meets it again.
 */
export async function whileReadingAhead<Result>(
  items: () => Promise<readonly AlignmentItem[]>,
  { runId, config }: { readonly runId: string; readonly config: AlignConfig },
  { recallOf }: Pick<SimulateDeps, "recallOf">,
  work: () => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  if (config.mode !== "paper") void readAhead().catch(() => {});
  try {
    return await work();
  } finally {
    isDone = true;
  }

  async function readAhead() {
    const userId = parseUserId(config.userId);
    for (const item of await items()) {
      if (isDone) return;
      // What the item's simulation may read depends on nobody's persona.
      const given = { persona: initialPersona, profile: null, leaveOneOut: config.leaveOneOut };
      const memory = memoryBefore({ episodes: recallOf(runId) }, item, given);
      await readFor(item.query, { ...memory, userId, config });
    }
  }
}
