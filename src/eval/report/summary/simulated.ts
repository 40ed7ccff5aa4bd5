import { choiceScore } from "../../../domain/scoring/choice-score.js";
import { numberScore } from "../../../domain/scoring/rating-score.js";
import { bootstrapByUser } from "../../metrics/bootstrap.js";
import type { EvalTask } from "../../eval-case.js";
import type { Outcome, PreparedOutcome } from "./collect.js";
import type { ReportedSimulation } from "./eval-report.js";
import { isAnswered } from "./scores.js";

/** Ratings of LaMP-3 are from 1 to 5. */
const rating = { least: 1, most: 5 };

/** One answer of a user: in simulation or to a later question, by the persona or by the control. */
interface Scored {
  readonly user: string;
  readonly isSimulated: boolean;
  readonly isControl: boolean;
  readonly score: number;
}

/**
 * How far what an alignment's parent scored in simulation agrees with what it scored on the later questions, over the
 * cases that have both. Both are scored as an alignment scores. `null` where there are none. Beside it the same difference
 * of a vote of earlier interactions (`controlScores`), which no hindsight can make.
 *
 * @param later - Outcomes of a method that answers as the parent does.
 */
export function simulatedAgainstLater(
  { task, labels }: { readonly task: EvalTask; readonly labels: readonly string[] },
  prepared: readonly PreparedOutcome[],
  later: readonly Outcome[],
  seed: number,
): Omit<ReportedSimulation, "set" | "method" | "later"> | null {
  const scoreOf = ({ gold, prediction }: { readonly gold: string; readonly prediction: string }) =>
    task === "LaMP_3"
      ? numberScore(prediction, { ...rating, truth: Number(gold) })
      : choiceScore(prediction, gold, labels);
  const scored = prepared.flatMap(({ case: id, persona }): Scored[] => {
    const answers = later.filter((outcome) => outcome.case === id).filter(isAnswered);
    const [first] = answers;
    const simulated = persona?.simulated ?? [];
    if (first === undefined || simulated.length === 0) return [];
    const { user } = first;
    const of = (scores: readonly number[], kind: Pick<Scored, "isSimulated" | "isControl">) =>
      scores.map((score) => ({ user, score, ...kind }));
    const { control } = persona ?? {};
    return [
      ...of(simulated, { isSimulated: true, isControl: false }),
      ...of(answers.map(scoreOf), { isSimulated: false, isControl: false }),
      ...of(control?.simulated ?? [], { isSimulated: true, isControl: true }),
      ...of(control?.later ?? [], { isSimulated: false, isControl: true }),
    ];
  });
  if (scored.length === 0) return null;
  const sumsOf = (some: readonly Scored[], isSimulated: boolean, isControl = false) => {
    const scores = some.filter(
      (each) => each.isSimulated === isSimulated && each.isControl === isControl,
    );
    return [scores.length, scores.reduce((sum, { score }) => sum + score, 0)] as const;
  };
  const [items, simulatedSum] = sumsOf(scored, true);
  const [questions, laterSum] = sumsOf(scored, false);
  const gap = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) => b / a - d / c;
  const estimate = (isControl: boolean) =>
    bootstrapByUser(
      scored,
      {
        sums: (some) => [...sumsOf(some, true, isControl), ...sumsOf(some, false, isControl)],
        ofSums: gap,
      },
      { seed },
    );
  const hasControl = scored.some(({ isControl }) => isControl);
  const beyond = () =>
    bootstrapByUser(
      scored,
      {
        sums: (some) =>
          [false, true].flatMap((isControl) => [
            ...sumsOf(some, true, isControl),
            ...sumsOf(some, false, isControl),
          ]),
        ofSums: (sums) => gap(sums.slice(0, 4)) - gap(sums.slice(4)),
      },
      { seed },
    );
  return {
    users: new Set(scored.map(({ user }) => user)).size,
    items,
    questions,
    simulatedMean: simulatedSum / items,
    laterMean: laterSum / questions,
    difference: estimate(false),
    control: hasControl ? { difference: estimate(true), beyond: beyond() } : null,
  };
}
