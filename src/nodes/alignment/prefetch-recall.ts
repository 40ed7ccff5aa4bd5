import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import type { Locale } from "../../domain/locale.js";
import { parseUserId } from "../../domain/user-id.js";
import { leaveOneOutMemory } from "../../memory/episodes/leave-one-out-memory.js";
import type { Memory } from "../../memory/memory.js";
import { askedOn } from "../../memory/episodes/recall-bounds.js";
import { readFor } from "../agent/retrieve-memory.js";

/** Reads memory as a run of this id does; see `createRecallCache`. */
export type RecallOf = (runId: string) => Pick<Memory["episodes"], "get" | "latest" | "similar">;

export interface PrefetchDeps {
  readonly recallOf: RecallOf;
  /** The present, on which an item without a date is asked. */
  readonly now: () => Date;
}

interface PrefetchingRun {
  readonly runId: string;
  readonly config: AlignConfig;
  readonly locale: Locale;
}

/**
 * Makes the first search of the item's simulation; `createRecallCache` remembers the result. Not in paper mode, where
 * the model decides what to search for.
 */
export async function prefetchRecall(
  item: AlignmentItem,
  { runId, config, locale }: PrefetchingRun,
  { recallOf, now }: PrefetchDeps,
): Promise<void> {
  if (config.mode === "paper") return;
  // Any persona: what the simulation may read does not depend on it.
  const { leaveOneOut } = config;
  const view = { persona: initialPersona, profile: null, locale, leaveOneOut };
  const memory = leaveOneOutMemory({ episodes: recallOf(runId) }, item, view);
  const asked = askedOn(item.at ?? now().toISOString(), locale);
  await readFor(item.query, {
    ...memory,
    userId: parseUserId(config.userId),
    config,
    bounds: { asked },
  });
}

/**
 * Searches memory for items while a model works and this process is idle. Searches that are not made by then are made
 * when their items are simulated.
 *
 * @param items - In the order of their simulation. An error is ignored; the node that needs the items will report it.
 */
export async function prefetchDuring<Result>(
  items: () => Promise<readonly AlignmentItem[]>,
  run: PrefetchingRun,
  deps: PrefetchDeps,
  work: () => Promise<Result>,
): Promise<Result> {
  let isDone = false;
  if (run.config.mode !== "paper") void prefetch().catch(() => {});
  try {
    return await work();
  } finally {
    isDone = true;
  }

  async function prefetch() {
    for (const item of await items()) {
      if (isDone) return;
      await prefetchRecall(item, run, deps);
    }
  }
}
