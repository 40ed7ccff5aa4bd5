import type { AcceptanceEvidence } from "../src/domain/alignment/check-evidence.js";
import type { PairedScores } from "../src/domain/alignment/paired-comparison.js";

/** A kind of proposal, and the user it is made for. Shares are 0 to 1. */
export interface Situation {
  /** Right or wrong; a score of 1 to 5 that may be off by one or two; a text, of which every answer differs a little. */
  readonly kind: "choice" | "rating" | "text";
  /** Share of items that the parent answers exactly right. */
  readonly base: number;
  /** Share of items that the candidate truly answers better than worse; negative when it is harmful. */
  readonly effect: number;
  /** Share of items that get better, and as many that get worse, whatever the effect. The others stay. */
  readonly churn: number;
  readonly batch: number;
  readonly holdout: number;
  /** How likely the candidate is right on an item of its batch that it would else have got wrong. */
  readonly fit: number;
  /** The batch's true answers are random: its parent is right by chance only, while the holdout's are true. */
  readonly noise?: boolean;
  /** A model that samples: how likely an answer comes out wrong though it would be right, or the reverse. */
  readonly flips?: number;
  /** How often each item is asked of such a model. */
  readonly repeats?: number;
}

/** Whether the situation can be: nobody gains 20 points of accuracy from 90 %. */
export function isPossible({ base, effect, churn }: Situation): boolean {
  return churn + Math.max(effect, 0) <= 1 - base && churn + Math.max(-effect, 0) <= base;
}

/** One candidate and its parent on one batch and one holdout, drawn at random. */
export function drawProposal(situation: Situation, random: () => number): AcceptanceEvidence {
  const draw = (item: string, inBatch: boolean) => drawPair(item, inBatch, situation, random);
  return {
    batch: Array.from({ length: situation.batch }, (_, place) => draw(`b${place}`, true)),
    holdout: Array.from({ length: situation.holdout }, (_, place) => draw(`h${place}`, false)),
  };
}

function drawPair(
  item: string,
  inBatch: boolean,
  { kind, base, effect, churn, fit, noise = false, flips = 0, repeats = 1 }: Situation,
  random: () => number,
): PairedScores {
  if (kind === "text") {
    const parent = 0.2 + 0.6 * random();
    const shift = 0.3 * (random() + random() - 1) + effect + (inBatch ? 0.1 * fit : 0);
    return { item, parent: [parent], candidate: [Math.min(1, Math.max(0, parent + shift))] };
  }
  const isRating = kind === "rating";
  const shareRight = inBatch && noise ? (isRating ? 0.25 : 0.1) : base;
  const isRight = random() < shareRight;
  // How far off the parent is; of wrong scores four in five are off by one.
  const parent = isRight ? 0 : isRating && random() < 0.2 ? 2 : 1;
  let candidate = parent;
  if (isRight && random() < (churn + Math.max(-effect, 0)) / base) candidate = 1;
  if (!isRight && random() < (churn + Math.max(effect, 0)) / (1 - base)) candidate = parent - 1;
  if (inBatch && candidate > 0 && random() < fit) candidate = 0;
  const scores = (error: number) =>
    Array.from({ length: repeats }, () => {
      const off = random() < flips ? (error === 0 ? 1 : error - 1) : error;
      return 1 - off / (isRating ? 4 : 1);
    });
  return { item, parent: scores(parent), candidate: scores(candidate) };
}
