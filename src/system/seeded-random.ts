import { createHash } from "node:crypto";

/** Numbers in [0, 1) that are the same for a seed on every machine (mulberry32, by Tommy Ettinger; public domain). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to `count - 1`. */
export function drawIndex(count: number, random: () => number): number {
  return Math.floor(random() * count);
}

/** The values in a random order, each order equally likely (Fisher and Yates). */
export function shuffled<Value>(values: readonly Value[], random: () => number): Value[] {
  const left = [...values];
  return values.flatMap(() => left.splice(drawIndex(left.length, random), 1));
}

/** A separate seed for each list of names, such as a set and a case, so that draws for one do not shift another's. */
export function seedFor(seed: number, ...names: readonly string[]): number {
  const hash = createHash("sha256").update(JSON.stringify([seed, ...names]));
  return hash.digest().readUInt32BE(0);
}
