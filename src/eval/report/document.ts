import type { EvalReport } from "./summary/eval-report.js";
import { whole } from "./rendering/format.js";
import type { Page } from "./rendering/blocks.js";
import { ablation } from "./sections/ablation.js";
import { costs } from "./sections/costs.js";
import { overview } from "./sections/overview.js";
import { paper } from "./sections/paper.js";
import { personas } from "./sections/personas.js";
import { problems } from "./sections/problems.js";
import { setSections } from "./sections/sets.js";
import { settings } from "./sections/settings.js";
import { studies } from "./sections/studies.js";

/** A report's whole content. */
export function reportPage(report: EvalReport): Page {
  return {
    title: "persona-agent: evaluation",
    subtitle: subtitleOf(report),
    blocks: [
      ...overview(report),
      ...setSections(report),
      ...ablation(report),
      ...studies(report),
      ...costs(report),
      ...personas(report),
      ...problems(report),
      ...settings(report),
      ...paper(),
    ],
  };
}

function subtitleOf({ run }: EvalReport): string {
  const questions = run.sets.reduce((sum, set) => sum + set.questions, 0);
  return `${run.model} on ${run.sets.length} ${run.sets.length === 1 ? "set" : "sets"}, ${run.arms.length} ${run.arms.length === 1 ? "method" : "methods and settings"}, ${whole(questions)} questions each, seed ${run.seed}, ${run.created.slice(0, 10)}`;
}
