import { diffPersona } from "../../../domain/persona/persona-diff.js";
import { heading, note, table, type Block, type DiffLine } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { difference, interval, score, whole } from "../rendering/format.js";
import { ours } from "../summary/studies.js";

/** Whether simulations tell how well a persona will do. */
function simulations({ simulations: compared }: EvalReport): Block[] {
  if (compared.length === 0) return [];
  return [
    heading(3, "Simulated against later scores"),
    table(
      "What the first persona scored in an alignment's simulations, and on the later questions",
      [
        "Set",
        "#users",
        "#items",
        "#questions",
        "#simulated",
        "#later",
        "#difference",
        "#control's",
        "#beyond it",
      ],
      compared.map(
        ({ set, users, items, questions, simulatedMean, laterMean, difference: gap, control }) => [
          set,
          whole(users),
          whole(items),
          whole(questions),
          score(simulatedMean),
          score(laterMean),
          ...[gap, control?.difference, control?.beyond].map((each) =>
            each === undefined
              ? ""
              : { text: difference(each.value), detail: interval(each, difference) },
          ),
        ],
      ),
    ),
    note(
      `Scored as an alignment scores, from 0 to 1, by ${compared[0]?.later ?? ours} on the questions. In brackets the 95 % interval by drawing users again: where it holds 0, simulations are not seen to be too good or too bad. The control is the usual answer to the eight earlier interactions that share most words, which needs no persona and has no hindsight: where its difference is not 0, items and questions differ by themselves, and what is beyond it is the simulation's own. Items of another kind than the questions are left out.`,
    ),
  ];
}

/** How often preparing changed a persona, and a few of them before and after. */
export function personas(report: EvalReport): Block[] {
  const inStudies = new Set(
    report.run.arms.filter(({ study }) => study !== null).map(({ id }) => id),
  );
  const changes = report.personas.filter(({ method }) => !inStudies.has(method));
  if (changes.length === 0) return [];
  return [
    heading(2, "Personas"),
    table(
      "How many personas changed",
      ["Set", "Method", "#cases", "#persona changed", "#not aligned", "Why not (the first)"],
      changes.map(({ set, method, cases, changed, notAligned }) => [
        set,
        method,
        whole(cases),
        whole(changed),
        whole(notAligned.cases),
        notAligned.reason ?? "",
      ]),
    ),
    ...simulations(report),
    ...changes
      .filter(({ method, examples }) => method === ours && examples.length > 0)
      .flatMap(({ set, examples }): Block[] => [
        heading(3, `Examples from ${set}`),
        ...examples.map(({ case: id, before, after }): Block => ({
          kind: "diff",
          title: `${id}, before and after`,
          lines: diffLines(before, after),
        })),
      ]),
    ...(changes.some(({ changed }) => changed > 0)
      ? [
          note(
            "Shown are the first cases of each set, by id, whose persona changed; long lines are cut.",
          ),
        ]
      : []),
  ];
}

/** In the later persona's order: a reworded line after its earlier wording, removed lines at the end. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const asLines = (texts: readonly string[]) =>
    texts.map((line) => ({ text: line, tool: null, evidence: [] }));
  const { added, changed, removed } = diffPersona(asLines(before), asLines(after));
  const isAdded = new Set(added.map(({ text }) => text));
  const earlier = new Map(changed.map((pair) => [pair.after.text, pair.before.text]));
  return [
    ...after.flatMap((line): DiffLine[] => {
      const was = earlier.get(line);
      if (was !== undefined && was !== line)
        return [
          { kind: "removed", text: was },
          { kind: "added", text: line },
        ];
      return [{ kind: isAdded.has(line) ? "added" : "kept", text: line }];
    }),
    ...removed.map(({ text }): DiffLine => ({ kind: "removed", text })),
  ];
}
