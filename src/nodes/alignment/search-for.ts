import type { AlignConfig } from "../../config.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { parseUserId } from "../../domain/user-id.js";
import { memoryBefore } from "../../memory/episodes/leave-one-out-memory.js";
import { readFor } from "../agent/retrieve-memory.js";
import type { SimulateDeps } from "./simulate.js";

/** The run that an item is simulated in. */
export interface SearchingRun {
  readonly runId: string;
  readonly config: AlignConfig;
}

/**
 * Searches memory for what the item's simulation will ask of it first: `createSharedRecall` remembers what was found. In
 * paper mode the model asks, and nobody knows what.
 */
export async function searchFor(
  item: AlignmentItem,
  { runId, config }: SearchingRun,
  { recallOf }: Pick<SimulateDeps, "recallOf">,
): Promise<void> {
  if (config.mode === "paper") return;
  // What the item's simulation may read depends on nobody's persona.
  const given = { persona: initialPersona, profile: null, leaveOneOut: config.leaveOneOut };
  const memory = memoryBefore({ episodes: recallOf(runId) }, item, given);
  await readFor(item.query, { ...memory, userId: parseUserId(config.userId), config });
}
