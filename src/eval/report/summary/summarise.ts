import type { Prediction, PreparedCase } from "../../prediction.js";
import type { RunRecord } from "../../run/run-record.js";
import { collectPredictions, collectPrepared } from "./collect.js";
import { reportedCost, costOfAnswers } from "./costs.js";
import type { ErrorKind, EvalReport } from "./eval-report.js";
import { paperData } from "./paper-data.js";
import { paperEntries, paperSources } from "./paper-numbers.js";
import { personaChange } from "./personas.js";
import { compareOutcomes, isAnswered, reportScores } from "./scores.js";
import { simulatedAgainstLater } from "./simulated.js";
import { ours, summariseStudies } from "./studies.js";

/**
 * Everything that a report shows of a run, sets and arms in the record's order. Lines of other sets and arms are left out.
 *
 * @param predictions - In any order; read once, and little of each is kept.
 * @param prepared - The same.
 */
export async function summariseRun(
  run: RunRecord,
  predictions: AsyncIterable<Prediction> | Iterable<Prediction>,
  prepared: AsyncIterable<PreparedCase> | Iterable<PreparedCase>,
): Promise<EvalReport> {
  const outcomesOf = await collectPredictions(predictions);
  const preparedOf = await collectPrepared(prepared);
  const { seed, arms, sets } = run;

  const each = sets.flatMap((set) =>
    arms.map(({ id }) => ({
      set,
      key: { set: set.name, method: id },
      outcomes: outcomesOf(set.name, id),
      prepared: preparedOf(set.name, id),
    })),
  );
  const outside = arms.filter(({ study }) => study === null).map(({ id }) => id);
  const pairs = sets.flatMap((set) =>
    (outside.includes(ours) ? outside : [])
      .filter((b) => b !== ours)
      .map((b) => {
        const [ofA, ofB] = [outcomesOf(set.name, ours), outcomesOf(set.name, b)];
        return { set: set.name, a: ours, b, ...compareOutcomes(set, ofA, ofB, seed) };
      }),
  );
  const missing = each.flatMap(({ set: { questions: expected }, key, outcomes }) => {
    const left = expected - outcomes.length;
    return left > 0 ? [{ ...key, expected, missing: left }] : [];
  });

  return {
    run,
    complete: missing.length === 0,
    results: each.map(({ set, key, outcomes }) => {
      const n = outcomes.filter(isAnswered).length;
      return {
        set: set.name,
        task: set.task,
        method: key.method,
        n,
        errors: outcomes.length - n,
        metrics: reportScores(set, outcomes, seed),
        ...costOfAnswers(outcomes),
      };
    }),
    paired: pairs.flatMap(({ set, a, b, gains }) =>
      gains.map(({ metric, ...gain }) => ({ set, metric, a, b, ...gain })),
    ),
    pairedCounts: pairs.map(({ set, a, b, questions, users }) => ({ set, a, b, questions, users })),
    costs: each.map(({ key, outcomes, prepared: cases }) => ({
      ...key,
      ...reportedCost(outcomes, cases),
    })),
    studies: summariseStudies(run, outcomesOf),
    personas: each.flatMap(({ key, prepared: cases }) => {
      const change = personaChange(cases);
      return change === null ? [] : [{ ...key, ...change }];
    }),
    simulations: sets.flatMap((set) => {
      if (!outside.includes(ours)) return [];
      const later = outside.includes(firstPersona) ? firstPersona : ours;
      const compared = simulatedAgainstLater(
        set,
        preparedOf(set.name, ours),
        outcomesOf(set.name, later),
        seed,
      );
      return compared === null ? [] : [{ set: set.name, method: ours, later, ...compared }];
    }),
    errors: each.flatMap(({ key, outcomes, prepared: cases }) => [
      ...errorKinds(cases, { ...key, during: "preparation" }),
      ...errorKinds(outcomes, { ...key, during: "question" }),
    ]),
    missing,
    paper: {
      sources: paperSources,
      cells: paperEntries,
      sets: sets.map((set) => ({ set: set.name, ...paperData(set) })),
    },
  };
}

/** The method that answers as every alignment's first parent does. */
const firstPersona = "without-alignment";

const kindCharacters = 120;
const exampleCharacters = 600;

/** Errors of one arm on one set by kind, the most frequent first. */
function errorKinds(
  lines: readonly { readonly error: string | null }[],
  place: Pick<ErrorKind, "set" | "method" | "during">,
): ErrorKind[] {
  const kinds = new Map<string, ErrorKind>();
  for (const { error } of lines) {
    if (error === null) continue;
    const kind = kindOf(error);
    const { count = 0, example = cut(error, exampleCharacters) } = kinds.get(kind) ?? {};
    kinds.set(kind, { ...place, kind, count: count + 1, example });
  }
  return [...kinds.values()].toSorted((a, b) => b.count - a.count);
}

/** `model-unavailable` of `model-unavailable: ...`; of any other text its first line, without numbers and quotations. */
function kindOf(error: string): string {
  const code = /^(?:config|model|memory)(?:-[a-z]+)+(?=:|$)/.exec(error)?.[0];
  if (code !== undefined) return code;
  const [line = ""] = error.split("\n", 1);
  return cut(line.replace(/"(?:[^"\\]|\\.)*"|\d+(?:\.\d+)?/g, "…"), kindCharacters);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
