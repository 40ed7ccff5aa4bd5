import { newestFirst } from "./tie-breaking.js";

/**
 * The ids that hold at least one of some words, those first whose words together are the rarest; ties newest first.
 *
 * @param holders - For each word the ids that hold it, each once.
 * @param total - How many there are, at least as many as hold a word.
 */
export function rarestFirst(holders: readonly (readonly string[])[], total: number): string[] {
  const scores = new Map<string, number>();
  for (const ids of holders) {
    const rarity = rarityOf(ids.length, total);
    for (const id of ids) scores.set(id, (scores.get(id) ?? 0) + rarity);
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .toSorted((a, b) => b.score - a.score || newestFirst(a, b))
    .map(({ id }) => id);
}

/** How much a word says that so many of all hold. */
export function rarityOf(holding: number, total: number): number {
  return Math.log(1 + (total - holding + 0.5) / (holding + 0.5));
}
