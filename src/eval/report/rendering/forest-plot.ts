import type { Paired } from "../summary/eval-report.js";
import { difference, interval, metricTitles } from "./format.js";
import { colors, type Plot } from "./plot.js";

/** Differences of one metric on one set, each with its interval; right of the line `persona-agent` is better. */
export function forestPlot(set: string, paired: readonly Paired[]): Plot | null {
  const [first] = paired;
  if (first === undefined) return null;
  const values = paired.map(({ b, delta, low, high }) => ({
    b,
    delta,
    low: low ?? delta,
    high: high ?? delta,
    color: colorOf({ low, high }),
    text: `${difference(delta)}  ${interval({ low, high }, difference)}`,
  }));
  const y = { field: "b", type: "nominal", sort: null } as const;
  const color = { field: "color", type: "nominal", scale: null, legend: null } as const;
  const width = 170;
  return {
    title: metricTitles[first.metric],
    description: `Differences in ${first.metric} on ${set} between ${first.a} and each other method; the table below holds the numbers.`,
    spec: {
      width,
      height: { step: 21 },
      data: { values },
      layer: [
        {
          // Of data of its own, for it would be drawn once for each row.
          data: { values: [{}] },
          mark: { type: "rule", color: "currentColor", opacity: 0.55, strokeDash: [3, 3] },
          encoding: { x: { datum: 0, type: "quantitative" } },
        },
        {
          mark: { type: "rule", strokeWidth: 2.2, strokeCap: "round" },
          encoding: {
            y: {
              ...y,
              axis: { title: null, ticks: false, domain: false, labelPadding: 8, labelLimit: 240 },
            },
            x: {
              field: "low",
              type: "quantitative",
              axis: { title: `${first.a} worse  ◂   ▸  better`, tickCount: 4, titlePadding: 8 },
            },
            x2: { field: "high" },
            color,
          },
        },
        {
          mark: { type: "point", filled: true, size: 62, opacity: 1 },
          encoding: { y, x: { field: "delta", type: "quantitative" }, color },
        },
        {
          mark: { type: "text", align: "left", fontSize: 10.5, color: "currentColor" },
          encoding: { y, x: { value: width + 12 }, text: { field: "text" } },
        },
      ],
    },
  };
}

function colorOf({ low, high }: Pick<Paired, "low" | "high">): string {
  if (low !== null && low > 0) return colors.better;
  if (high !== null && high < 0) return colors.worse;
  return colors.unclear;
}
