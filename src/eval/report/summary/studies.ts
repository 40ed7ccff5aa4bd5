import type { ArmRecord, RunRecord } from "../../run/run-record.js";
import type { Collected, Outcome } from "./collect.js";
import type { Study } from "./eval-report.js";
import { compareOutcomes, isAnswered, reportScores } from "./scores.js";

/** The method whose gains a report tells. */
export const ours = "persona-agent";

/** What a study of the alignment is held against, as the main table has it: no agent, and no alignment. */
const rivals: readonly string[] = ["rag", "pag", "without-alignment"];
/** Settings that change nothing for the rivals; one that cuts the history or the recalled memories would. */
const ofAlignment = new Set(["batch", "holdout", "iterations", "validation", "leaveOneOut"]);

/** A run's studies on its sets, in the order of the record. */
export function summariseStudies({ arms, sets, seed }: RunRecord, of: Collected<Outcome>): Study[] {
  const names = [...new Set(arms.flatMap(({ study }) => study?.name ?? []))];
  return names.flatMap((name) => {
    const points = arms
      .flatMap(({ study, ...arm }) =>
        study?.name === name ? [{ ...arm, value: study.value }] : [],
      )
      .toSorted((a, b) => a.value - b.value);
    const inStudy = new Set(points.map(({ method }) => method));
    const isOfAlignment = points
      .flatMap(({ settings }) => Object.keys(settings))
      .every((setting) => ofAlignment.has(setting));
    const rivalArms = arms.filter(
      ({ study, method }) =>
        isOfAlignment && study === null && rivals.includes(method) && !inStudy.has(method),
    );
    return sets.map((set): Study => {
      const outcomes = ({ id }: Pick<ArmRecord, "id">) => of(set.name, id);
      const comparisons = points
        .filter(({ method }) => method === ours)
        .flatMap((a) =>
          [...points.filter((b) => b.value === a.value && b.method !== ours), ...rivalArms].map(
            (b) => ({ a, b }),
          ),
        );
      return {
        name,
        set: set.name,
        points: points.map(({ value, method, ...arm }) => ({
          value,
          method,
          n: outcomes(arm).filter(isAnswered).length,
          metrics: reportScores(set, outcomes(arm), seed),
        })),
        gains: comparisons.flatMap(({ a, b }) => {
          const { questions, gains } = compareOutcomes(set, outcomes(a), outcomes(b), seed);
          return gains.map((gain) => ({ value: a.value, a: a.id, b: b.id, questions, ...gain }));
        }),
      };
    });
  });
}
