import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { parseUserId } from "../../domain/user-id.js";
import { leaveOneOutMemory } from "../../memory/episodes/leave-one-out-memory.js";
import type { Memory } from "../../memory/memory.js";
import { readFor } from "../agent/retrieve-memory.js";

/** Reads memory as a run of this id does; see `createRecallCache`. */
export type RecallOf = (runId: string) => Pick<Memory["episodes"], "get" | "latest" | "similar">;

interface PrefetchingRun {
  readonly runId: string;
  readonly config: AlignConfig;
}

/**
 * Searches memory for what the item's simulation will ask of it first: `createRecallCache` remembers what was found. In
 * paper mode the model asks, and nobody knows what.
 */
export async function prefetchRecall(
  item: AlignmentItem,
  { runId, config }: PrefetchingRun,
  recallOf: RecallOf,
): Promise<void> {
  if (config.mode === "paper") return;
  // What the item's simulation may read does not depend on a persona.
  const given = { persona: initialPersona, profile: null, leaveOneOut: config.leaveOneOut };
  const memory = leaveOneOutMemory({ episodes: recallOf(runId) }, item, given);
  await readFor(item.query, { ...memory, userId: parseUserId(config.userId), config });
}

/**
 * Searches memory for items while a model works, when this process has nothing else to do. What was not found by then
 * is searched for in its turn.
 *
 * @param items - Those that are simulated next come first. If they cannot be had, the node that needs them will say so.
 */
export async function prefetchDuring<Result>(
  items: () => Promise<readonly AlignmentItem[]>,
  run: PrefetchingRun,
  recallOf: RecallOf,
  work: () => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  // In paper mode there is nothing to search for, and no need to know the items.
  if (run.config.mode !== "paper") void prefetch().catch(() => {});
  try {
    return await work();
  } finally {
    isDone = true;
  }

  async function prefetch() {
    for (const item of await items()) {
      if (isDone) return;
      await prefetchRecall(item, run, recallOf);
    }
  }
}
