import {
  type AlignmentRecord,
  meanScores,
  type PairedScore,
} from "../../domain/alignment/alignment-record.js";
import type { Usage } from "../../domain/usage.js";
import { counted } from "./counted.js";

/** What a version was measured by: `batch 0.40 → 0.70 (10 items), holdout not asked; 42 calls, 1200 tokens in, 300 out`. */
export function measured({ scores, usage }: AlignmentRecord): string {
  return `batch ${means(scores.batch)}, holdout ${means(scores.holdout)}; ${formatCost(usage)}`;
}

/** `42 calls, 1200 tokens in, 300 out`. */
export function formatCost({ calls, tokens }: Usage): string {
  return `${counted(calls, "call")}, ${tokens.in} tokens in, ${tokens.out} out`;
}

function means(items: readonly PairedScore[]): string {
  if (items.length === 0) return "not asked";
  const { parent, candidate } = meanScores(items);
  return `${mean(parent)} → ${mean(candidate)} (${counted(items.length, "item")})`;
}

function mean(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}
