import { parseQuestion } from "../../domain/lamp-question.js";
import type { ReviewRequest } from "../../domain/persona/review-request.js";
import { colorsFor } from "../output/colors.js";
import { printable, printableLine } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { changedLines, changedTextLines } from "../persona/persona-changes.js";

/** What a person is to decide: each item of the batch, and what the lines say otherwise. */
export function writeReview({ stdout }: CliContext, request: ReviewRequest): void {
  const colors = colorsFor(stdout);
  const { user, version, reason, items, diff, paperSystemPrompt: paperText, problem } = request;
  const width = Math.max(60, stdout.columns ?? 120);
  const write = (line: string) => stdout.write(`${line}\n`);
  write(
    `${colors.cyan(`A new persona of ${JSON.stringify(user)} waits`)}, version ${version + 1}. ${printable(reason)}`,
  );
  for (const item of items) {
    const { subject } = parseQuestion(item.question);
    write(`${standing(item, colors)}${printableLine(subject, width - 8)}`);
    const answers = { old: item.oldAnswer, new: item.newAnswer, truth: item.trueAnswer };
    for (const [name, text] of Object.entries(answers))
      if (text !== null) write(`  ${colors.dim(name.padEnd(6))}${printableLine(text, width - 8)}`);
  }
  for (const line of changedLines(diff, colors)) write(line);
  if (paperText !== null) {
    const changes = { added: [], changed: [], removed: [], paperText };
    for (const line of changedTextLines(changes, colors)) write(line);
  }
  if (problem !== null) write(`${colors.yellow("!")} ${printable(problem)}`);
}

/** How the new answer did beside the old one; nothing where there is no new one. */
function standing(
  { oldScore, newScore }: ReviewRequest["items"][number],
  colors: ReturnType<typeof colorsFor>,
): string {
  if (oldScore === null || newScore === null) return "";
  if (newScore === oldScore) return "same   ";
  return newScore > oldScore ? colors.green("better ") : colors.red("worse  ");
}
