import MiniSearch from "minisearch";
import type { IndexHit } from "../index/episode-index.js";
import { rankingWords, queryTerms } from "./query-terms.js";

/** The usual constant of reciprocal rank fusion: how little the first places differ. */
const rankConstant = 60;

/** Ids of the candidates that share words with the query, best first by BM25+; ties newest first. */
export function rankByWords(query: string, candidates: readonly IndexHit[]): string[] {
  const terms = rankingWords(query);
  const asked = new Set(terms);
  const search = new MiniSearch<IndexHit>({
    fields: ["words"],
    tokenize: queryTerms,
    // What was not asked for need not be found; it counts in the text's length all the same.
    processTerm: (term) => (asked.has(term) ? term : null),
  });
  search.addAll(candidates);
  return search
    .search(query, { tokenize: () => terms, combineWith: "OR", prefix: false, fuzzy: false })
    .map(({ id, score }) => ({ id: String(id), score }))
    .toSorted(bestFirst)
    .map(({ id }) => id);
}

/** Rankings of ids, best first each, merged by reciprocal rank; ties newest first. */
export function reciprocalRankFusion(
  rankings: readonly (readonly string[])[],
): { readonly id: string; readonly score: number }[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings)
    for (const [place, id] of ranking.entries())
      scores.set(id, (scores.get(id) ?? 0) + 1 / (rankConstant + place + 1));
  return [...scores].map(([id, score]) => ({ id, score })).toSorted(bestFirst);
}

function bestFirst(a: { id: string; score: number }, b: { id: string; score: number }): number {
  return b.score - a.score || (a.id < b.id ? 1 : -1);
}
