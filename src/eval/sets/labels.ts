import { numberedQuestion } from "../../domain/numbered-question.js";
import { lampQuestion, parseQuestion } from "../../domain/lamp-question.js";
import type { EvalTask } from "../eval-case.js";

/** The fixed answers of a task: those that its own wording lists, so that the two cannot differ. */
export function taskLabels(task: EvalTask): readonly string[] {
  if (task === "LaMP_1") return ["[1]", "[2]"];
  const question =
    task === "PrefEval" ? numberedQuestion("any", ["a", "b", "c", "d"]) : lampQuestion(task, "any");
  return parseQuestion(question).options ?? [];
}
