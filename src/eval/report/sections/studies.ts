import type { SetRecord } from "../../run/run-record.js";
import { heading, note, table, text, type Block } from "../rendering/blocks.js";
import type { EvalReport, Study } from "../summary/eval-report.js";
import { metricTitles, metricsOf, whole } from "../rendering/format.js";
import { curvePlot } from "../rendering/plots.js";
import { paperData } from "../summary/paper-data.js";
import { ours } from "../summary/studies.js";
import { columnTable, gainCell, paperColumns, scoreColumn } from "./cells.js";

const coldStartName = "cold-start";
/** The paper cut every history to so many interactions. */
const paperHistory = 10;

/** How scores and gains change with what each study changed. */
export function studies(report: EvalReport): Block[] {
  const names = [...new Set(report.studies.map(({ name }) => name))];
  return names.flatMap((name) => [
    heading(2, `Study: ${name}`),
    ...report.studies
      .filter((study) => study.name === name)
      .flatMap((study) => {
        const set = report.run.sets.find((some) => some.name === study.set);
        return set === undefined ? [] : ofSet(study, set);
      }),
  ]);
}

function ofSet(study: Study, set: SetRecord): Block[] {
  const metrics = metricsOf(set.task);
  const [first] = metrics;
  const { name, points, gains } = study;
  const scores = points.flatMap(({ value: x, method: series, metrics: { [first]: found } }) =>
    found === undefined ? [] : [{ series, x, y: found.value, low: found.low, high: found.high }],
  );
  const differences = gains
    .filter(({ metric }) => metric === first)
    .map(({ value: x, b, delta: y, low, high }) => ({ series: withoutValue(b), x, y, low, high }));
  const plots = [
    curvePlot(scores, {
      title: metricTitles[first],
      description: `${first} of each method on ${study.set} by ${name}.`,
      x: name,
      isGain: false,
    }),
    curvePlot(differences, {
      title: `Gain of ${ours} in ${metricTitles[first]} over`,
      description: `How much better ${ours} is than each other method on ${study.set} by ${name}.`,
      x: name,
      isGain: true,
    }),
  ];
  return [
    heading(3, study.set),
    { kind: "plots", plots: plots.flatMap((plot) => plot ?? []) },
    columnTable(`Scores on ${study.set} by ${name}`, [
      { title: name, cells: points.map(({ value }) => String(value)) },
      { title: "Method", cells: points.map(({ method }) => method) },
      { title: "#n", cells: points.map(({ n }) => whole(n)) },
      ...metrics.map((metric) => scoreColumn(points, metric)),
    ]),
    ...gainTable(study, metrics),
    ...(name === coldStartName ? coldStart(study, set) : []),
  ];
}

function gainTable({ name, set, gains }: Study, metrics: ReturnType<typeof metricsOf>): Block[] {
  const pairs = gains.filter(({ metric }) => metric === metrics[0]);
  if (pairs.length === 0) return [];
  return [
    {
      kind: "folded",
      title: `Gains of ${ours} in numbers (${name}, ${set})`,
      blocks: [
        table(
          `Gains on ${set} by ${name}`,
          [
            name,
            `${ours} against`,
            "#questions both answered",
            ...metrics.map((metric) => `#gain in ${metricTitles[metric]}`),
          ],
          pairs.map(({ value, a, b, questions }) => [
            String(value),
            b,
            whole(questions),
            ...metrics.map((metric) =>
              gainCell(gains.find((it) => it.metric === metric && it.a === a && it.b === b)),
            ),
          ]),
        ),
      ],
    },
  ];
}

function coldStart({ points }: Study, set: SetRecord): Block[] {
  const own = points.filter(({ value }) => value === paperHistory);
  if (own.length === 0) return [];
  const methods = own.map(({ method }) => method);
  return [
    text(`Histories of ${paperHistory} interactions, beside the paper's.`),
    note(paperData(set).note),
    columnTable(`Cold start on ${set.name}`, [
      { title: "Method", cells: methods },
      ...metricsOf(set.task).flatMap((metric) => [
        scoreColumn(own, metric),
        ...paperColumns(set, "cold-start", metric, methods),
      ]),
    ]),
  ];
}

/** `rag` of `rag@batch=4`: in a plot the value is on the axis. */
function withoutValue(arm: string): string {
  return arm.split("@", 1)[0] ?? arm;
}
