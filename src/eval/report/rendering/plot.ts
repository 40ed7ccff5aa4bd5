import type { TopLevelSpec } from "vega-lite";

export interface Plot {
  readonly title: string;
  /** What it shows, in words, for those who do not see it. */
  readonly description: string;
  readonly spec: TopLevelSpec;
}

/** Colours that can be read on a light and on a dark page. Text and axes take the page's own. */
export const colors = {
  better: "#2b9a78",
  worse: "#d2603f",
  unclear: "#8b919b",
  series: ["#3d8fd6", "#e0892b", "#2fa37c", "#c76ba8", "#8f7ae0", "#b3a125", "#d2603f", "#8b919b"],
} as const;
