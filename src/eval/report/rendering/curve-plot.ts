import { colors, type Plot } from "./plot.js";

export interface CurvePoint {
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface CurveAxes {
  readonly title: string;
  readonly description: string;
  readonly x: string;
  /** Draws a line at 0, above which is better. */
  readonly zero?: true;
}

/** A line for each series over the values of a study, with its intervals. */
export function curvePlot(points: readonly CurvePoint[], axes: CurveAxes): Plot | null {
  if (points.length === 0) return null;
  const series = [...new Set(points.map((point) => point.series))];
  const values = points.map((point) => ({
    ...point,
    low: point.low ?? point.y,
    high: point.high ?? point.y,
  }));
  const x = {
    field: "x",
    type: "quantitative" as const,
    axis: { title: axes.x, values: [...new Set(points.map((point) => point.x))], grid: false },
    scale: { zero: false, nice: false, padding: 10 },
  };
  const y = { type: "quantitative", scale: { zero: false } } as const;
  const color = {
    field: "series",
    type: "nominal" as const,
    sort: null,
    scale: { domain: series, range: [...colors.series] },
    legend: {
      title: null,
      orient: "bottom" as const,
      columns: 2,
      symbolType: "stroke",
      symbolOpacity: 1,
      symbolStrokeWidth: 2.5,
      labelLimit: 160,
    },
  };
  return {
    title: axes.title,
    description: axes.description,
    spec: {
      width: 290,
      height: 190,
      data: { values },
      layer: [
        ...(axes.zero === undefined
          ? []
          : [
              {
                // Of data of its own, for it would be drawn once for each point.
                data: { values: [{}] },
                mark: {
                  type: "rule" as const,
                  color: "currentColor",
                  opacity: 0.55,
                  strokeDash: [3, 3],
                },
                encoding: { y: { datum: 0, type: "quantitative" as const } },
              },
            ]),
        {
          mark: { type: "area", opacity: 0.13 },
          encoding: {
            x,
            y: { ...y, field: "low", axis: { title: null, tickCount: 5 } },
            y2: { field: "high" },
            color,
          },
        },
        {
          mark: { type: "line", strokeWidth: 2, point: { size: 42 } },
          encoding: { x, y: { ...y, field: "y" }, color },
        },
      ],
    },
  };
}
