import type { OptionalFeature } from "../../../system/optional-package.js";
import type { Config, TopLevelSpec } from "vega-lite";
import type { IntervalEstimate } from "../../metrics/bootstrap.js";
import type { Paired } from "../summary/eval-report.js";
import { difference, interval, metricTitles } from "./format.js";

export interface Plot {
  readonly title: string;
  /** What it shows, for readers who do not see it. */
  readonly description: string;
  readonly spec: TopLevelSpec;
}

/** Colours that can be read on a light and on a dark page. Text and axes take the page's own. */
const better = "#2b9a78";
const worse = "#d2603f";
const unclear = "#8b919b";
export const seriesColors = ["#3d8fd6", "#e0892b", "#2fa37c", "#c76ba8", "#8f7ae0", "#b3a125"];

const zero = { datum: 0, type: "quantitative" as const };
/** With data of its own: with the plot's it would be drawn once for each value. */
const zeroLine = {
  data: { values: [{}] },
  mark: { type: "rule" as const, color: "currentColor", opacity: 0.55, strokeDash: [3, 3] },
};

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
        { ...zeroLine, encoding: { x: zero } },
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
  if (low !== null && low > 0) return better;
  return high !== null && high < 0 ? worse : unclear;
}

export interface CurvePoint extends Omit<IntervalEstimate, "value"> {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

export interface CurveLabels extends Pick<Plot, "title" | "description"> {
  /** The title of the horizontal axis. */
  readonly x: string;
  /** Whether the points are differences: draws a line at 0, above which is better. */
  readonly isGain: boolean;
}

/** A line for each series over the values of a study, with its intervals. */
export function curvePlot(
  points: readonly CurvePoint[],
  { title, description, x: xTitle, isGain }: CurveLabels,
): Plot | null {
  if (points.length === 0) return null;
  const values = points.map((point) => ({
    ...point,
    low: point.low ?? point.y,
    high: point.high ?? point.y,
  }));
  const x = {
    field: "x",
    type: "quantitative" as const,
    axis: { title: xTitle, values: [...new Set(points.map((point) => point.x))], grid: false },
    scale: { zero: false, nice: false, padding: 10 },
  };
  const y = { type: "quantitative", scale: { zero: false } } as const;
  const color = {
    field: "series",
    type: "nominal" as const,
    sort: null,
    scale: {
      domain: [...new Set(points.map(({ series }) => series))],
      range: [...seriesColors, worse, unclear],
    },
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
    title,
    description,
    spec: {
      width: 290,
      height: 190,
      data: { values },
      layer: [
        ...(isGain ? [{ ...zeroLine, encoding: { y: zero } }] : []),
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

/** Labels and titles take the page's colours, so that a plot follows light and dark. */
const labels = { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 11 };
const config: Config = {
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  background: "transparent",
  view: { stroke: null },
  axis: {
    ...labels,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domainColor: "currentColor",
    domainOpacity: 0.35,
    tickColor: "currentColor",
    tickOpacity: 0.35,
    gridColor: "currentColor",
    gridOpacity: 0.12,
  },
  legend: labels,
};

/** A run of hours must not end without its report, so whoever begins one checks this first. */
export const plotsFeature: OptionalFeature = {
  what: "The report's plots",
  packages: ["vega", "vega-lite"],
};

/** Draws plots as SVG texts, in their order, without a browser. The libraries are large: only a report loads them. */
export async function plotsToSvg(plots: readonly Plot[]): Promise<string[]> {
  if (plots.length === 0) return [];
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  const svgs: string[] = [];
  for (const { spec } of plots) {
    const view = new vega.View(vega.parse(compile(spec, { config }).spec), { renderer: "none" });
    svgs.push(await view.toSVG());
    view.finalize();
  }
  return svgs;
}
