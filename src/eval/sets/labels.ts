import { lampQuestion, parseQuestion } from "../../domain/lamp-question.js";
import type { LampTask } from "../../domain/lamp-question.js";

/** The fixed answers of a task: those that its own wording lists, so that the two cannot differ. */
export function lampLabels(task: LampTask): readonly string[] {
  if (task === "LaMP_1") return ["[1]", "[2]"];
  return parseQuestion(lampQuestion(task, "any")).options ?? [];
}
