import type { AlignmentItem } from "./alignment-item.js";
import { createRandom, seedFor, shuffled } from "../../system/seeded-random.js";

/** Most items of each, whole numbers, 0 or more. */
export interface SplitSizes {
  readonly batch: number;
  readonly holdout: number;
}

/** The items that an alignment learns from, and those that validate it; no item is in both. */
export interface BatchHoldout {
  /** Oldest first. */
  readonly batch: AlignmentItem[];
  /** In the order in which they are asked. */
  readonly holdout: AlignmentItem[];
}

/** Most held-out items that the parent answers before there is a candidate; more only where one is promising. */
const firstHoldout = 32;

/** The sizes that the settings ask for. The levels of the strict rule were chosen for these items alone, asked at once. */
export function sizesOf({
  batch,
  holdout,
  validation,
  acceptance,
}: SplitSizes & {
  readonly validation: boolean;
  readonly acceptance: "expected" | "strict";
}): SplitSizes {
  if (!validation) return { batch, holdout: 0 };
  return { batch, holdout: acceptance === "strict" ? Math.min(holdout, firstHoldout) : holdout };
}

/** How many items the parent answers first; the batch and the first held-out items are drawn from them. */
export function firstItems({ batch, holdout }: SplitSizes): number {
  return batch + Math.min(holdout, firstHoldout);
}

/** An item as the parent answered it. */
export interface AnsweredItem {
  readonly item: AlignmentItem;
  /** Mean over repeats, 0 to 1; 1 is right. */
  readonly score: number;
}

/** Most of few answers are held out, but a smaller batch teaches nothing. */
const leastBatch = 3;
/** The part of the batch that is answered rightly, where there are enough: they show how far a change may go. */
const shareOfRight = 0.5;

/**
 * Divides answered items into the batch and the holdout, by a draw that is the same for the same items and seed. The batch
 * takes as many that the parent got wrong, wholly or in part, as it got right; of the wrong ones at most half of all,
 * so that the rest can show whether a candidate betters them. Each held-out item has the weight that makes the holdout
 * as fair a sample of all items as a random one (post-stratification), and every beginning of the holdout is one, too.
 *
 * @param batch - The size of the batch, a whole number from 0.
 */
export function splitByScore(
  answered: readonly AnsweredItem[],
  batch: number,
  seed: string,
): BatchHoldout {
  const random = createRandom(seedFor(0, seed, ...answered.map(({ item }) => item.episodeId)));
  const drawn = shuffled(answered, random);
  const missed = drawn.filter(({ score }) => score < 1);
  const right = drawn.filter(({ score }) => score === 1);
  const fewestRight = Math.min(right.length, Math.round(batch * shareOfRight));
  const half = Math.ceil(missed.length / 2);
  const ofMissed = Math.min(
    Math.max(Math.min(half, batch - fewestRight), batch - right.length),
    missed.length,
  );
  const ofRight = Math.min(right.length, batch - ofMissed);
  const held = [missed.slice(ofMissed), right.slice(ofRight)];
  const heldCount = held.reduce((sum, { length }) => sum + length, 0);
  const holdout = [missed, right].flatMap((stratum, place) => {
    const rest = held[place] ?? [];
    const weight = stratum.length / answered.length / (rest.length / heldCount);
    return rest.map(({ item }, rank) => ({
      item: { ...item, weight },
      at: (rank + 0.5) / rest.length,
    }));
  });
  return {
    batch: [...missed.slice(0, ofMissed), ...right.slice(0, ofRight)]
      .map(({ item }) => item)
      .toSorted((a, b) => (a.episodeId < b.episodeId ? -1 : 1)),
    holdout: holdout.toSorted((a, b) => a.at - b.at).map(({ item }) => item),
  };
}

/** The episodes that these lines rest on. */
export function citedBy(lines: readonly { readonly evidence: readonly string[] }[]): Set<string> {
  return new Set(lines.flatMap(({ evidence }) => evidence));
}

/** Whether so many items are enough for a run: to validate, or without validation to learn from. */
export function areEnough(
  items: number,
  sizes: SplitSizes,
  { validation, minimumItems }: { readonly validation: boolean; readonly minimumItems: number },
): boolean {
  return validation ? items - batchSize(items, sizes) >= minimumItems : items > 0;
}

/**
 * The least number of different answered episodes of which `minimumItems` are held out.
 *
 * @param minimumItems - From 1.
 * @returns `null` where no number is enough, because `sizes.holdout` is smaller.
 */
export function fewestAnswers(sizes: SplitSizes, minimumItems: number): number | null {
  if (sizes.holdout < minimumItems) return null;
  let answers = minimumItems;
  while (answers - batchSize(answers, sizes) < minimumItems) answers += 1;
  return answers;
}

/**
 * The size of the batch for this number of items. With fewer than `batch + holdout` the holdout has priority, because it
 * decides (see `docs/decisions/0008-acceptance-rule.md`): a quarter is the batch, at least 3 and at most `batch`.
 */
export function batchSize(items: number, { batch, holdout }: SplitSizes): number {
  return Math.min(items, batch, Math.max(leastBatch, Math.round(items / 4), items - holdout));
}
