import type { Answer } from "../prediction.js";

/** LaMP's evaluator maps every answer outside the label list to this. */
const unlisted = -1;

/**
 * What both metrics need of answers; the counts of more answers are the sums of theirs: how many, how many right, then
 * for each label its hits, then for each label twice its hits, its misses and its false alarms, the denominator of F1.
 */
export function labelCounts(answers: readonly Answer[], labels: readonly string[]): number[] {
  const counts = Array.from({ length: 2 + 2 * labels.length }, () => 0);
  const count = (at: number) => {
    counts[at] = (counts[at] ?? 0) + 1;
  };
  const places = new Map(labels.map((label, place) => [label, place]));
  const placeOf = (answer: string) => places.get(answer.trim()) ?? unlisted;
  for (const answer of answers) {
    const [gold, prediction] = [placeOf(answer.gold), placeOf(answer.prediction)];
    count(0);
    if (gold === prediction) count(1);
    if (gold === prediction && gold !== unlisted) count(2 + gold);
    if (gold !== unlisted) count(2 + labels.length + gold);
    if (prediction !== unlisted) count(2 + labels.length + prediction);
  }
  return counts;
}

/**
 * The share of answers that are right, 0 to 1. An answer is its place in the label list, by exact match after space
 * around it is stripped. A gold outside the list would count as right for any prediction outside it, as it does in
 * LaMP's evaluator: the readers in `formats/` refuse such golds.
 */
export function accuracyOf([answers = 0, right = 0]: readonly number[]): number {
  return right / answers;
}

/**
 * The mean of each label's F1, 0 to 1, over the whole label list and nothing else: a prediction outside the list is a
 * miss of its gold's label and no label's false alarm. A label in neither golds nor predictions counts 0,
 * as in scikit-learn with `labels=`, so a set whose golds miss some labels cannot reach 1.
 */
export function macroF1Of([, , ...counts]: readonly number[]): number {
  const labels = counts.length / 2;
  let sum = 0;
  for (let place = 0; place < labels; place++)
    sum += (2 * (counts[place] ?? 0)) / (counts[labels + place] || 1);
  return sum / labels;
}
