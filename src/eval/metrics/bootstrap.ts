import type { Answer } from "../prediction.js";
import type { Metric } from "./metrics.js";
import { createRandom, drawIndex } from "../../system/seeded-random.js";

export interface BootstrapOptions {
  /** Whole number; the same seed gives the same interval. */
  readonly seed: number;
  /** Number of resamples of users, 1 or more. */
  readonly resamples?: number;
  /** The confidence level, between 0 and 1. */
  readonly level?: number;
}

/** A number with its interval by users; both ends `null` with fewer than two users, who show nothing about others. */
export interface IntervalEstimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A number that depends only on sums over items, so that a resample of users only adds up their sums. */
export interface Statistic<Item> {
  /** The same number of sums for every list of items. */
  readonly sums: (items: readonly Item[]) => readonly number[];
  readonly ofSums: (sums: readonly number[]) => number;
}

/**
 * A statistic with its percentile bootstrap interval by users: whole users are drawn with replacement, because the
 * questions of one user are alike, and the statistic is computed over all questions of those drawn.
 *
 * @param items - One a question; `user` groups them. At least one.
 *
 * Source: Efron and Tibshirani 1993, chapter 13; Field and Welsh 2007, doi:10.1111/j.1467-9868.2007.00593.x, for
 * clusters.
 */
export function bootstrapByUser<Item extends { readonly user: string }>(
  items: readonly Item[],
  { sums, ofSums }: Statistic<Item>,
  { seed, resamples = 2_000, level = 0.95 }: BootstrapOptions,
): IntervalEstimate {
  const users = byUser(items).map(sums);
  const total = createTotal(users);
  const value = ofSums(total(users.map((_, user) => user)));
  if (users.length < 2) return { value, low: null, high: null };
  const random = createRandom(seed);
  const values = Array.from({ length: resamples }, () =>
    ofSums(total(users.map(() => drawIndex(users.length, random)))),
  ).toSorted((a, b) => a - b);
  const tail = (1 - level) / 2;
  return { value, low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** One question that two methods answered. */
export interface PairedAnswer {
  readonly user: string;
  readonly gold: string;
  /** What each method predicted. */
  readonly base: string;
  readonly other: string;
}

/** How much better `other` is than `base` on the same questions: positive is better, also for errors (MAE, RMSE). */
export function pairedGain(
  items: readonly PairedAnswer[],
  metric: Metric,
  options: BootstrapOptions,
): IntervalEstimate {
  const sumsOf = (some: readonly PairedAnswer[], method: "base" | "other") =>
    metric.sums(some.map((item): Answer => ({ gold: item.gold, prediction: item[method] })));
  const [better, worse] =
    metric.better === "higher" ? (["other", "base"] as const) : (["base", "other"] as const);
  return bootstrapByUser(
    items,
    {
      sums: (some) => [...sumsOf(some, better), ...sumsOf(some, worse)],
      ofSums: (sums) => {
        const half = sums.length / 2;
        return metric.ofSums(sums.slice(0, half)) - metric.ofSums(sums.slice(half));
      },
    },
    options,
  );
}

/** The sums of drawn users, place by place. Typed arrays, because a report spends most of its time here. */
function createTotal(users: readonly (readonly number[])[]) {
  const width = users[0]?.length ?? 0;
  const all = Float64Array.from(users.flat());
  return (drawn: readonly number[]): number[] => {
    const sums = new Float64Array(width);
    for (const user of drawn)
      for (let place = 0; place < width; place++)
        sums[place] = (sums[place] ?? 0) + (all[user * width + place] ?? 0);
    return [...sums];
  };
}

function byUser<Item extends { readonly user: string }>(items: readonly Item[]): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.user);
    if (group === undefined) groups.set(item.user, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Linear between the two nearest of the sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
