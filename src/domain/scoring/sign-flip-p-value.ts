/** Differences are counted in this unit: it holds fractions of 2 to 10, times 4, without rounding. */
const unit = 1 / 5040;

/** A paired difference in whole units; 0 is a tie. */
export function toUnits(difference: number): number {
  return Math.round(difference / unit);
}

/**
 * The probability of a sum of paired differences as high as this one if better and worse were equally likely for each
 * pair: exact, over all ways to flip the differences' signs, counting ties with the observed sum half ("mid-p"). For
 * differences of one size it is McNemar's mid-p test. Time grows with the pairs' number squared; 64 take milliseconds.
 *
 * @param units - One whole number of units a pair; ties may be among them.
 * @returns One-sided: near 0 when the differences speak for the candidate, 0.5 when all are ties, near 1 against it.
 *
 * Source: Fagerland, Lydersen, Laake 2013, doi:10.1186/1471-2288-13-91, for the mid-p form.
 */
export function signFlipPValue(units: readonly number[]): number {
  const changed = units.filter((value) => value !== 0);
  const step = changed.reduce(greatestCommonDivisor, 0) || 1;
  const sizes = changed.map((value) => Math.abs(value) / step);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  // At index s: the probability that the positive differences sum to s.
  const likelihood = new Float64Array(total + 1);
  likelihood[0] = 1;
  let reached = 0;
  for (const size of sizes) {
    reached += size;
    for (let sum = reached; sum >= size; sum--)
      likelihood[sum] = ((likelihood[sum] ?? 0) + (likelihood[sum - size] ?? 0)) / 2;
    for (let sum = size - 1; sum >= 0; sum--) likelihood[sum] = (likelihood[sum] ?? 0) / 2;
  }
  const observed = changed.reduce((sum, value) => sum + Math.max(value, 0), 0) / step;
  let probability = (likelihood[observed] ?? 0) / 2;
  for (let sum = observed + 1; sum <= total; sum++) probability += likelihood[sum] ?? 0;
  return probability;
}

/** Not negative; that of 0 and a number is the number. */
export function greatestCommonDivisor(a: number, b: number): number {
  let [left, right] = [Math.abs(a), Math.abs(b)];
  while (right !== 0) [left, right] = [right, left % right];
  return left;
}
