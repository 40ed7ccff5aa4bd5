import { mean } from "../../domain/scoring/mean.js";
import type { RecallMeasure } from "./recall-case.js";

/** How many of the first are looked at. */
export const recallDepths = [4, 8, 16, 32] as const;
export type RecallDepth = (typeof recallDepths)[number];
type ByDepth = Readonly<Record<RecallDepth, number>>;

/** Of one question, or means over several; each from 0 to 1. */
export interface RecallScores {
  readonly recall: ByDepth;
  /** Normalised discounted cumulative gain with relevance 0 or 1. */
  readonly ndcg: ByDepth;
}

/**
 * @param ranking - Ids, best first; each once.
 * @param relevant - One or more.
 */
export function scoreRanking(
  ranking: readonly string[],
  relevant: ReadonlySet<string>,
  measure: RecallMeasure,
): RecallScores {
  return {
    recall: byDepth((depth) => {
      const found = ranking.slice(0, depth).filter((id) => relevant.has(id)).length;
      return measure === "label" ? Math.min(1, found) : found / relevant.size;
    }),
    ndcg: byDepth((depth) => {
      const gains = ranking
        .slice(0, depth)
        .map((id, place) => (relevant.has(id) ? gain(place) : 0));
      const ideal = Array.from({ length: Math.min(depth, relevant.size) }, (_, place) =>
        gain(place),
      );
      return sum(gains) / sum(ideal);
    }),
  };
}

/** @param scores - One or more. */
export function meanRecall(scores: readonly RecallScores[]): RecallScores {
  return {
    recall: byDepth((depth) => mean(scores.map(({ recall }) => recall[depth])) ?? 0),
    ndcg: byDepth((depth) => mean(scores.map(({ ndcg }) => ndcg[depth])) ?? 0),
  };
}

const gain = (place: number) => 1 / Math.log2(place + 2);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function byDepth(value: (depth: RecallDepth) => number): ByDepth {
  return { 4: value(4), 8: value(8), 16: value(16), 32: value(32) };
}
