import type { IndexHit } from "../index/episode-index.js";
import { type WordField, wordFields } from "../index/indexed-text.js";
import type { TermForms } from "./query-terms.js";

/** How much a field's words count beside an episode's own. Measured; see docs/decisions/0015-retrieval.md. */
const weights: Readonly<Record<WordField, number>> = { own: 1, near: 0.7, far: 0.4, about: 1 };

/** BM25+ with the usual constants: how fast repeating a word says nothing new, how much length counts, the least share. */
const [saturation, lengthShare, floor] = [1.2, 0.7, 0.5];

/**
 * How well candidates match by words: BM25+ summed over their fields and the question's terms, times the number of terms
 * that were found. Rarity and lengths are the candidates' own. Candidates that share no term are left out.
 */
export function scoreByWords(
  terms: readonly TermForms[],
  candidates: readonly IndexHit[],
): Map<string, number> {
  const termOf = new Map(terms.flatMap((forms, term) => forms.map((form) => [form, term])));
  const read = candidates.map(({ id, words }) => ({ id, lines: words.split("\n") }));
  const scores = new Map<string, { sum: number; readonly found: Set<number> }>();
  for (const [line, field] of wordFields.entries()) {
    const counted = read.map(({ id, lines }) => ({ id, ...countTerms(lines[line] ?? "", termOf) }));
    const meanLength = counted.reduce((sum, { length }) => sum + length, 0) / counted.length;
    const holders = new Map<number, number>();
    for (const { counts } of counted)
      for (const term of counts.keys()) holders.set(term, (holders.get(term) ?? 0) + 1);
    for (const { id, length, counts } of counted)
      for (const [term, count] of counts) {
        const holding = holders.get(term) ?? 0;
        const rarity = Math.log(1 + (counted.length - holding + 0.5) / (holding + 0.5));
        const dampening = saturation * (1 - lengthShare + (lengthShare * length) / meanLength);
        const gain = floor + (count * (saturation + 1)) / (count + dampening);
        const score = scores.get(id) ?? { sum: 0, found: new Set() };
        score.sum += weights[field] * rarity * gain;
        score.found.add(term);
        scores.set(id, score);
      }
  }
  return new Map([...scores].map(([id, { sum, found }]) => [id, sum * found.size]));
}

/** How many terms a line of `searchedWords` has, and how often each that was asked for. */
function countTerms(line: string, termOf: ReadonlyMap<string, number>) {
  const counts = new Map<number, number>();
  let length = 0;
  for (const word of line.split(" ")) {
    if (word === "") continue;
    length += 1;
    const term = termOf.get(word);
    if (term !== undefined) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  return { length, counts };
}
