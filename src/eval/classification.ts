import type { Answer } from "./answers.js";

/** What LaMP's evaluator maps an answer to that is not in the label list. */
const unlisted = -1;

/**
 * The share of answers that are right, 0 to 1. An answer is its place in the label list, by exact match after space
 * around it is stripped. A gold outside the list would count as right for any prediction outside it, as it does in
 * LaMP's evaluator: the readers in `formats/` refuse such golds.
 */
export function accuracy(answers: readonly Answer[], labels: readonly string[]): number {
  const right = places(answers, labels).filter(([gold, prediction]) => gold === prediction).length;
  return right / answers.length;
}

/**
 * The mean of each label's F1, 0 to 1, over the whole label list and nothing else: a prediction outside the list is a
 * miss of its gold's label and no label's false alarm. A label that stands in neither golds nor predictions counts 0,
 * as in scikit-learn with `labels=`, so a set whose golds miss some labels cannot reach 1.
 */
export function macroF1(answers: readonly Answer[], labels: readonly string[]): number {
  const hits = labels.map(() => 0);
  // Twice the hits, the misses and the false alarms: the denominator of F1.
  const named = labels.map(() => 0);
  const count = (counts: number[], place: number) => {
    if (place !== unlisted) counts[place] = (counts[place] ?? 0) + 1;
  };
  for (const [gold, prediction] of places(answers, labels)) {
    count(named, gold);
    count(named, prediction);
    if (gold === prediction) count(hits, gold);
  }
  const scores = labels.map((_, place) => (2 * (hits[place] ?? 0)) / (named[place] || 1));
  return scores.reduce((sum, score) => sum + score, 0) / labels.length;
}

function places(answers: readonly Answer[], labels: readonly string[]) {
  const places = new Map(labels.map((label, place) => [label, place]));
  const placeOf = (answer: string) => places.get(answer.trim()) ?? unlisted;
  return answers.map(({ gold, prediction }) => [placeOf(gold), placeOf(prediction)] as const);
}
