import type { TopLevelSpec } from "vega-lite";
import { type Block, heading, note, table, text } from "../src/eval/report/rendering/blocks.js";
import { renderHtml } from "../src/eval/report/rendering/html.js";
import { type Plot, seriesColors } from "../src/eval/report/rendering/plots.js";
import { type Benchmark, benchmarks } from "./benchmarks.js";
import { type BenchResult, cellsOf, type Summary } from "./summary.js";

const barColor = seriesColors[0] ?? "";

/** One page of all results, with a table and a plot for each; it opens from the disk and loads nothing. */
export function renderBenchPage(results: Readonly<Record<string, BenchResult>>): Promise<string> {
  const blocks = Object.entries<Benchmark>(benchmarks).flatMap(([name, { what }]) => {
    const result = results[name];
    return result === undefined
      ? []
      : [heading(2, name), text(what), note(placeOf(result)), ...blocksOf(result)];
  });
  const page = {
    title: "persona-agent: speed",
    subtitle:
      "The latest run of each benchmark. Bars and points are medians, thin lines reach to the 95th percentile, and ratios of rounds are medians over pairs.",
    blocks,
  };
  return renderHtml(page, "The same numbers stand in bench-results.json beside this page.");
}

function placeOf({ at, commit, node, cpu, cores, load }: BenchResult): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${node}, ${cores} × ${cpu}, load average ${load} at the end`;
}

function blocksOf({ tables, notes }: BenchResult): Block[] {
  return [
    ...tables.flatMap((each): Block[] => [
      heading(3, each.title),
      { kind: "plots", plots: [each.over === undefined ? barPlot(each) : linePlot(each)] },
      tableOf(each),
    ]),
    ...notes.map(note),
  ];
}

function tableOf({ title, unit, over, rows }: Summary): Block {
  const cells = rows.map((row): Record<string, number> => cellsOf(row));
  const titles = [...new Set(cells.flatMap(Object.keys))];
  const named = (figure: string) =>
    /^(measured|median|p95)$/.test(figure) ? `${figure}, ${unit}` : figure;
  return table(
    title,
    [
      "",
      ...(over === undefined ? [] : [`#${over}`]),
      ...titles.map((figure) => `#${named(figure)}`),
    ],
    rows.map(({ name, at }, place) => [
      name,
      ...(at === undefined ? [] : [shown(at)]),
      ...titles.map((figure) => shown(cells[place]?.[figure])),
    ]),
  );
}

/** A bar a row; beside it the median, and the ratio to the first reference. */
function barPlot({ title, unit, rows }: Summary): Plot {
  const [reference] = rows.flatMap(({ ratios }) => Object.keys(ratios));
  const values = rows.map(({ name, median, p95 = median, ratios }) => {
    const ratio = reference === undefined ? undefined : ratios[reference];
    return {
      name,
      median,
      p95,
      figure: shown(median),
      ratio: ratio === undefined ? "" : `${shown(ratio)} ×`,
    };
  });
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    axis: { title: null, ticks: false, domain: false, labelPadding: 8, labelLimit: 460 },
  } as const;
  const x = { field: "median", type: "quantitative", axis: { title: null, tickCount: 4 } } as const;
  const width = 190;
  const aside = (field: string, place: number) =>
    ({
      mark: { type: "text", align: "right", fontSize: 11, color: "currentColor" },
      encoding: { y, x: { value: width + place }, text: { field } },
    }) as const;
  return {
    title: reference === undefined ? unit : `${unit}, and × ${reference}`,
    description: `${title}, ${unit}; the table below holds the numbers.`,
    spec: {
      width,
      height: { step: 24 },
      data: { values },
      layer: [
        {
          mark: { type: "bar", color: barColor, height: { band: 0.6 } },
          encoding: { y, x },
        },
        { mark: { type: "rule", color: "currentColor" }, encoding: { y, x, x2: { field: "p95" } } },
        aside("figure", 46),
        aside("ratio", 104),
      ],
    },
  };
}

/** A line a name; the numbers across are far apart, so their axis is logarithmic where they are. */
function linePlot({ title, unit, over = "", rows }: Summary): Plot {
  const values = rows.map(({ name, at = 0, median, p95 = median }) => ({ name, at, median, p95 }));
  const places = [...new Set(values.map(({ at }) => at))];
  const isWide = Math.min(...places) > 0 && Math.max(...places) >= 50 * Math.min(...places);
  const x = {
    field: "at",
    type: "quantitative",
    axis: { title: over, values: places, grid: false, format: ",d" },
    scale: { nice: false, padding: 10, ...(isWide ? { type: "log" as const } : { zero: false }) },
  } as const;
  const y = { field: "median", type: "quantitative", axis: { title: null, tickCount: 5 } } as const;
  const color = {
    field: "name",
    type: "nominal",
    sort: null,
    scale: { range: [...seriesColors] },
    legend: {
      title: null,
      orient: "bottom",
      columns: 2,
      symbolType: "stroke",
      symbolOpacity: 1,
      symbolStrokeWidth: 2.5,
      labelLimit: 180,
    },
  } as const;
  const spec: TopLevelSpec = {
    width: 330,
    height: 190,
    data: { values },
    layer: [
      {
        mark: { type: "rule", opacity: 0.5 },
        encoding: { x, y, y2: { field: "p95" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 2, point: { size: 42 } },
        encoding: { x, y, color },
      },
    ],
  };
  return {
    title: unit,
    description: `${title}, ${unit}, over ${over}; the table below holds the numbers.`,
    spec,
  };
}

/** Digits of thousands in groups. */
function shown(value: number | undefined): string {
  return value === undefined ? "" : value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
