import { lampQuestion, parseQuestion } from "../domain/question.js";
import type { LampTask } from "../domain/question.js";

/** The fixed answers of a task: those that its own wording lists, so that the two cannot differ. */
export function lampLabels(task: LampTask): readonly string[] {
  if (task === "LaMP_1") return ["[1]", "[2]"];
  return parseQuestion(lampQuestion(task, "any")).options ?? [];
}
