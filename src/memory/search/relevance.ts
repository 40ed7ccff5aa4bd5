import { inTies } from "../index/tie-breaking.js";
import type { IndexHit, NearHit } from "../index/episode-index.js";
import { scoreByWords } from "./bm25.js";
import type { TermForms } from "./query-terms.js";

/** What a search found, before it is ranked. */
export interface FoundHits {
  readonly nearest: readonly NearHit[];
  /** All of them, each once. */
  readonly hits: readonly IndexHit[];
}

export interface RankedId {
  readonly id: string;
  /** Above 0, at most 1. */
  readonly score: number;
}

/** A score that says "found, and nothing more". */
const least = 1e-6;

/**
 * Candidates that have anything of the question, ranked by words and nearness together, best first, ties newest first.
 * Each is scaled by its best, so that the weight means the same for every question; merging by ranks would let the
 * weaker of the two outvote the stronger.
 *
 * @param vectorWeight - Of nearness; words count 1.
 */
export function rankByRelevance(
  terms: readonly TermForms[],
  { nearest, hits }: FoundHits,
  vectorWeight: number,
): RankedId[] {
  const byWords = scoreByWords(terms, hits);
  const mostWords = Math.max(least, ...byWords.values());
  const nearness = new Map(nearest.map((hit) => [hit.id, Math.max(0, inTies(hit.nearness))]));
  const mostNear = Math.max(least, ...nearness.values());
  // What was found by words alone is no nearer than the last of the nearest.
  const leastNear = nearest.length === 0 ? 0 : Math.min(...nearness.values());
  return hits
    .filter(({ id }) => byWords.has(id) || nearness.has(id))
    .map(({ id }) => {
      const words = (byWords.get(id) ?? 0) / mostWords;
      const near = (nearness.get(id) ?? leastNear) / mostNear;
      return { id, score: Math.max(least, (words + vectorWeight * near) / (1 + vectorWeight)) };
    })
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1));
}
