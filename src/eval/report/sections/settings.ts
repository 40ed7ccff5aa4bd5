import type { ArmRecord } from "../../run/run-record.js";
import { heading, note, table, text, type Block } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { whole } from "../rendering/format.js";

/** The run's settings and versions, and how its numbers are computed. */
export function settings({ run }: EvalReport): Block[] {
  const facts: [string, string][] = [
    ["created", run.created],
    ["seed", String(run.seed)],
    ["model", run.model],
    ["alignment model", run.alignmentModel],
    ["embeddings", run.embeddings],
    ["index", run.index],
    ...Object.entries(run.versions),
  ];
  return [
    heading(2, "Settings and versions"),
    table("Settings of the run", ["Setting", "Value"], facts),
    heading(3, "Methods"),
    table(
      "Methods and their settings",
      ["Method", "What it does", "Settings other than the defaults"],
      run.arms.map(({ id, summary, settings: own }) => [id, summary, listed(own)]),
    ),
    heading(3, "Sets"),
    table(
      "Sets",
      ["Set", "Task", "#users", "#questions", "Labels"],
      run.sets.map(({ name, task, users, questions, labels }) => [
        name,
        task,
        whole(users),
        whole(questions),
        labels.join(", "),
      ]),
    ),
    heading(2, "How the numbers are made"),
    ...(run.sets.some(({ task }) => task === "PrefEval")
      ? [
          text(
            "PrefEval's options are in an order drawn with the seed, and its metric is accuracy alone: four options by chance give 0.25.",
          ),
        ]
      : []),
    text(
      "Metrics are those of LaMP's own evaluator: an answer outside the label list is wrong, macro-F1 is over the fixed label list, and a rating that is no number counts as the extreme farther from the truth. Intervals hold 95 % of 2,000 resamples in which whole users are drawn with replacement, because the questions of one user are alike; one user alone gives none. A difference compares two methods on the questions that both answered, and is positive where the first is better.",
    ),
    note("Many differences are shown: of twenty without any effect, one leaves out 0 by chance."),
  ];
}

function listed(settings: ArmRecord["settings"]): string {
  const entries = Object.entries(settings);
  if (entries.length === 0) return "none";
  return entries.map(([name, value]) => `${name} = ${value}`).join(", ");
}
