import { greatestCommonDivisor } from "./sign-flip-p-value.js";

/** Scores are rounded to 1/20: it holds steps of a scale of five exactly, and keeps the time short. */
const unitsPerPoint = 20;

/** Scores, 0 to 1, of two groups on items of one kind. */
export interface TwoGroups {
  readonly first: readonly number[];
  readonly second: readonly number[];
}

/**
 * The probability that a random draw from both groups sums to as little as the first group does: exact, over all draws
 * of that size within each kind of item, counting ties with the observed sum half ("mid-p"). For one kind of right and
 * wrong answers it is Fisher's mid-p test. Scores are rounded to 1/20. Time grows with the items of a kind times the
 * smaller group squared; two groups of 128 take a few tenths of a second.
 *
 * @param kinds - Groups are compared within a kind only; one where either group is empty says nothing.
 * @returns One-sided: near 0 when the first group is worse, 0.5 without a difference, near 1 when it is better.
 *
 * Source: Lancaster 1961, doi:10.1080/01621459.1961.10482105, for the mid-p form.
 */
export function permutationProbability(kinds: readonly TwoGroups[]): number {
  let likelihood = Float64Array.of(1);
  let observed = 0;
  const inUnits = (scores: readonly number[]) =>
    scores.map((score) => Math.round(score * unitsPerPoint));
  const all = kinds.flatMap(({ first, second }) => inUnits([...first, ...second]));
  const step = all.reduce(greatestCommonDivisor, 0) || 1;
  for (const { first, second } of kinds) {
    const [own, others] = [first, second].map((scores) => inUnits(scores).map((n) => n / step));
    if (own === undefined || others === undefined) continue;
    likelihood = sumsOf(likelihood, firstSums(own, others));
    observed += total(own);
  }
  const below = likelihood.subarray(0, observed).reduce((sum, value) => sum + value, 0);
  return below + (likelihood[observed] ?? 0) / 2;
}

/** At index s: the probability that `own.length` values, drawn from all, sum to s. */
function firstSums(own: readonly number[], others: readonly number[]): Float64Array<ArrayBuffer> {
  const all = [...own, ...others];
  // The smaller group is drawn; what is left over is the larger one.
  const drawn = Math.min(own.length, others.length);
  const most = total(all);
  const ways = Array.from({ length: drawn + 1 }, () => new Float64Array(most + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  let reached = 0;
  for (const value of all) {
    reached += value;
    for (let count = drawn; count > 0; count--) {
      const [to, from] = [ways[count], ways[count - 1]];
      if (to === undefined || from === undefined) continue;
      for (let sum = reached; sum >= value; sum--)
        to[sum] = (to[sum] ?? 0) + (from[sum - value] ?? 0);
    }
  }
  const last = ways[drawn] ?? new Float64Array(most + 1);
  const draws = last.reduce((sum, value) => sum + value, 0);
  const likelihood = last.map((value) => value / draws);
  return drawn === own.length ? likelihood : likelihood.reverse();
}

/** The distribution of the sum of two independent sums. */
function sumsOf(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const both = new Float64Array(a.length + b.length - 1);
  for (const [at, left] of a.entries())
    if (left > 0)
      for (const [place, right] of b.entries())
        both[at + place] = (both[at + place] ?? 0) + left * right;
  return both;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
