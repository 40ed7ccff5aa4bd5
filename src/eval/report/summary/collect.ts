import type { Usage } from "../../../domain/usage.js";
import type { Prediction, Preparation, PreparedCase } from "../../prediction.js";

/** What a report keeps of a prediction; its prompt and output, which are long, are not read. */
export type Outcome = Pick<
  Prediction,
  "user" | "case" | "question" | "gold" | "prediction" | "error" | "usage" | "seconds"
>;

/** What a report keeps of a prepared case; usage and persona are `null` where it ended in an error. */
export interface PreparedOutcome extends Pick<PreparedCase, "case" | "error" | "seconds"> {
  readonly usage: Usage | null;
  readonly persona: Preparation["persona"];
}

/** Lines by set and arm. */
export type Collected<Line> = (set: string, arm: string) => readonly Line[];

/**
 * Reads predictions in any order and sorts them by user and question, so that no number depends on the order in which the
 * answers arrived. If a question has two lines for an arm, the later one counts.
 */
export function collectPredictions(
  predictions: AsyncIterable<Prediction> | Iterable<Prediction>,
): Promise<Collected<Outcome>> {
  return collect(
    predictions,
    (line) => line.question,
    ({ user, case: id, question, gold, prediction, error, usage, seconds }) => {
      return { user, case: id, question, gold, prediction, error, usage, seconds };
    },
    (a, b) => compare(a.user, b.user) || compare(a.question, b.question),
  );
}

/** The same for prepared cases, by case. */
export function collectPrepared(
  prepared: AsyncIterable<PreparedCase> | Iterable<PreparedCase>,
): Promise<Collected<PreparedOutcome>> {
  return collect(
    prepared,
    (line) => line.case,
    ({ case: id, preparation, error, seconds }) => {
      const { usage = null, persona = null } = preparation ?? {};
      return { case: id, usage, persona, error, seconds };
    },
    (a, b) => compare(a.case, b.case),
  );
}

async function collect<Line extends { readonly set: string; readonly arm: string }, Kept>(
  lines: AsyncIterable<Line> | Iterable<Line>,
  idOf: (line: Line) => string,
  keep: (line: Line) => Kept,
  order: (a: Kept, b: Kept) => number,
): Promise<Collected<Kept>> {
  const groups = new Map<string, Map<string, Kept>>();
  const keyOf = (set: string, arm: string) => JSON.stringify([set, arm]);
  for await (const line of lines) {
    const key = keyOf(line.set, line.arm);
    const group = groups.get(key) ?? new Map<string, Kept>();
    groups.set(key, group.set(idOf(line), keep(line)));
  }
  const sorted = new Map([...groups].map(([key, ids]) => [key, [...ids.values()].toSorted(order)]));
  return (set, arm) => sorted.get(keyOf(set, arm)) ?? [];
}

/** By code unit: the same on every machine and in every locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
