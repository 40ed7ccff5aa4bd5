import { PersonaAgentError } from "../../system/errors.js";

/**
 * Refuses a vector that an index of `dimensions` cannot hold. A NaN in one vector would otherwise spoil the
 * order of every later search that meets it.
 *
 * @throws {PersonaAgentError} `config-invalid`; what makes the vectors is not what the index was made for.
 */
export function checkVector(vector: readonly number[], dimensions: number): void {
  const found =
    vector.length === dimensions
      ? vector.every(Number.isFinite)
        ? null
        : "a number that is not finite"
      : `${vector.length} numbers`;
  if (found === null) return;
  throw new PersonaAgentError(
    "config-invalid",
    `An embedding has ${found}; expected ${dimensions} finite numbers. Give the index the dimensions of the embeddings in use.`,
    { details: { dimensions, length: vector.length } },
  );
}

/** A vector of zeros stays one: as near to anything as to anything else. */
export function toUnit(vector: readonly number[]): number[] {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}

/** The inner product of two vectors of one length. */
export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  // An iterator would take five times as long, and this is most of a search.
  for (let place = 0; place < a.length; place += 1) sum += (a[place] ?? 0) * (b[place] ?? 0);
  return sum;
}
