import { isDeepStrictEqual } from "node:util";
import type { PersonaLine } from "./persona-checkpoint.js";
import { likeness, wordsIn } from "../text/text-similarity.js";

/** The differences between a parent's lines and a later version's. Equal lines are in none of the lists. */
export interface PersonaDiff {
  readonly added: readonly PersonaLine[];
  /** In the parent's order. Also a line of the same words with other evidence. */
  readonly changed: readonly { readonly before: PersonaLine; readonly after: PersonaLine }[];
  readonly removed: readonly PersonaLine[];
}

/** Below it two lines are not one reworded line, but one removed and one added. */
const leastLikeness = 0.4;

/**
 * Compares two versions. Lines have no ids, so a reworded line is found by its words: the most similar pairs first, and
 * of equally similar ones the earlier.
 */
export function diffPersona(
  parent: readonly PersonaLine[],
  candidate: readonly PersonaLine[],
): PersonaDiff {
  const pairs = pairLines(parent, candidate);
  const paired = new Set(pairs.values());
  return {
    added: candidate.filter((_, index) => !paired.has(index)),
    changed: parent.flatMap((before, index) => {
      const after = candidate[pairs.get(index) ?? -1];
      return after === undefined || isDeepStrictEqual(before, after) ? [] : [{ before, after }];
    }),
    removed: parent.filter((_, index) => !pairs.has(index)),
  };
}

/** Places in `parent` to places in `candidate`; no place twice. */
function pairLines(
  parent: readonly PersonaLine[],
  candidate: readonly PersonaLine[],
): ReadonlyMap<number, number> {
  const candidateWords = candidate.map(({ text }) => wordsIn(text));
  const rated = parent.flatMap((before, from) => {
    const words = wordsIn(before.text);
    return candidate.map((after, to) => ({
      from,
      to,
      rating: rate(before, after, words, candidateWords[to] ?? []),
    }));
  });
  const pairs = new Map<number, number>();
  const paired = new Set<number>();
  for (const { from, to, rating } of rated.toSorted((a, b) => b.rating - a.rating)) {
    if (rating < leastLikeness) break;
    if (pairs.has(from) || paired.has(to)) continue;
    pairs.set(from, to);
    paired.add(to);
  }
  return pairs;
}

/** Equal lines, then equal words, then similar words; lines about the same tool first. */
function rate(
  before: PersonaLine,
  after: PersonaLine,
  wordsBefore: readonly string[],
  wordsAfter: readonly string[],
): number {
  if (isDeepStrictEqual(before, after)) return 4;
  const isSameTool = before.tool === after.tool;
  if (before.text === after.text) return isSameTool ? 3 : 2;
  const like = likeness(wordsBefore, wordsAfter);
  return isSameTool ? like : like / 2;
}
