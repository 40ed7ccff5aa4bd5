import type { Episode } from "../../domain/episode.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import { expectWholeMemory } from "../cases/case-memory.js";
import { caseUser } from "../cases/open-cases.js";
import { dayLength } from "./daily-summaries.js";

/** How well a memory is kept: its strength, from 1, and the interaction (by number) that it was last recalled for. */
interface Trace {
  strength: number;
  recalledAt: number;
}

/**
 * Which interactions MemoryBank no longer has when the history is over. The history is lived through again: each
 * interaction recalls those before it that are most like it, which makes them stronger by one and new again. What is
 * left of one after t days is exp(-t / strength), Ebbinghaus' curve as MemoryBank has it: the chance that it is kept.
 *
 * @param history - Oldest first.
 * @param recalled - Interactions that each one recalls.
 * @param random - Numbers in [0, 1); one is drawn for each interaction.
 */
export async function forgottenIds(
  history: readonly Episode[],
  episodes: Pick<EpisodicMemory, "similar">,
  recalled: number,
  random: () => number,
): Promise<string[]> {
  const traces = new Map<string, Trace>();
  for (const [number, { id, query }] of history.entries()) {
    const found = await episodes.similar(caseUser, query, recalled, { beforeId: id });
    expectWholeMemory(found.degraded);
    for (const { episode } of found.recalled) {
      const trace = traces.get(episode.id);
      if (trace === undefined) continue;
      trace.strength += 1;
      trace.recalledAt = number;
    }
    traces.set(id, { strength: 1, recalledAt: number });
  }
  return history.flatMap(({ id }) => {
    const { strength, recalledAt } = traces.get(id) ?? { strength: 1, recalledAt: 0 };
    const days = (history.length - 1 - recalledAt) / dayLength;
    return random() < retention(days, strength) ? [] : [id];
  });
}

/** The share, 0 to 1, that is left of a memory of this strength (1 or more) after so many days. */
export function retention(days: number, strength: number): number {
  return Math.exp(-days / strength);
}
