import type { Config } from "vega-lite";
import type { Plot } from "./plots.js";

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const axis = { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 11 };

/** Everything that a plot would take from the page is named `currentColor`, so that it follows light and dark. */
const config: Config = {
  font,
  background: "transparent",
  view: { stroke: null },
  axis: {
    ...axis,
    titleFontSize: 11,
    titleFontWeight: "normal",
    domainColor: "currentColor",
    domainOpacity: 0.35,
    tickColor: "currentColor",
    tickOpacity: 0.35,
    gridColor: "currentColor",
    gridOpacity: 0.12,
  },
  legend: { labelColor: "currentColor", titleColor: "currentColor", labelFontSize: 11 },
};

/**
 * Draws plots as SVG texts, in their order, without a browser. The libraries are loaded here, for they are large and
 * only a report needs them.
 */
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
