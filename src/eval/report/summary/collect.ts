import type { Usage } from "../../../domain/usage.js";
import type { Prediction, PreparedCase } from "../../prediction.js";

/** What a report keeps of a prediction; its prompt and output, which are long, are not read. */
export type Outcome = Pick<
  Prediction,
  "user" | "question" | "gold" | "prediction" | "error" | "usage" | "seconds"
>;

/** What a report keeps of a prepared case. */
export interface PreparedOutcome {
  readonly case: string;
  readonly usage: Usage | null;
  readonly persona: {
    readonly before: readonly string[];
    readonly after: readonly string[];
  } | null;
  readonly error: string | null;
  readonly seconds: number;
}

/** Lines by set and arm. */
export type Collected<Line> = (set: string, arm: string) => readonly Line[];

/**
 * Reads predictions in any order and gives them back by user and question, so that the order in which a run's answers
 * arrived changes no number. Of a question that stands there twice for an arm the later line counts.
 */
export async function collectPredictions(
  predictions: AsyncIterable<Prediction> | Iterable<Prediction>,
): Promise<Collected<Outcome>> {
  const groups = createGroups<Outcome>();
  for await (const { set, arm, ...line } of predictions) {
    const { user, question, gold, prediction, error, usage, seconds } = line;
    groups.put(set, arm, question, { user, question, gold, prediction, error, usage, seconds });
  }
  return groups.sorted((a, b) => compare(a.user, b.user) || compare(a.question, b.question));
}

/** The same for prepared cases, by case. */
export async function collectPrepared(
  prepared: AsyncIterable<PreparedCase> | Iterable<PreparedCase>,
): Promise<Collected<PreparedOutcome>> {
  const groups = createGroups<PreparedOutcome>();
  for await (const { set, arm, case: id, preparation, error, seconds } of prepared) {
    const { usage = null, persona = null } = preparation ?? {};
    groups.put(set, arm, id, { case: id, usage, persona, error, seconds });
  }
  return groups.sorted((a, b) => compare(a.case, b.case));
}

function createGroups<Line>() {
  const groups = new Map<string, Map<string, Line>>();
  const keyOf = (set: string, arm: string) => JSON.stringify([set, arm]);
  return {
    put(set: string, arm: string, id: string, line: Line): void {
      const key = keyOf(set, arm);
      const group = groups.get(key) ?? new Map<string, Line>();
      groups.set(key, group.set(id, line));
    },
    sorted(order: (a: Line, b: Line) => number): Collected<Line> {
      const lists = new Map(
        [...groups].map(([key, group]) => [key, [...group.values()].toSorted(order)] as const),
      );
      return (set, arm) => lists.get(keyOf(set, arm)) ?? [];
    },
  };
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
