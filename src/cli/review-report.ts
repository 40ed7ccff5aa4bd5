import type { ReviewRequest } from "../domain/review.js";
import { colorsFor } from "./colors.js";
import { printable, printableLine } from "./context.js";
import type { CliContext } from "./context.js";
import { changedLines, changedTextLines } from "./persona-changes.js";

/** What a person is to decide: each item of the batch, and what the lines say otherwise. */
export function writeReview({ stdout }: CliContext, request: ReviewRequest): void {
  const colors = colorsFor(stdout);
  const { user, version, reason, items, diff, paperText, problem } = request;
  const width = Math.max(60, stdout.columns ?? 120);
  const write = (line: string) => stdout.write(`${line}\n`);
  write(
    `${colors.cyan(`A new persona of ${JSON.stringify(user)} waits`)}, version ${version + 1}. ${printable(reason)}`,
  );
  for (const { question, oldAnswer, newAnswer, trueAnswer, oldScore, newScore } of items) {
    const [before, after] = [oldScore ?? 0, newScore ?? oldScore ?? 0];
    const mark =
      after > before ? colors.green("better") : after < before ? colors.red("worse ") : "as well";
    write(`${mark.padEnd(7)}  ${printableLine(question, width - 10)}`);
    const answers = { old: oldAnswer ?? "–", new: newAnswer ?? "–", truth: trueAnswer };
    for (const [name, text] of Object.entries(answers))
      write(`  ${colors.dim(name.padEnd(7))}${printableLine(text, width - 10)}`);
  }
  for (const line of changedLines(diff, colors)) write(line);
  if (paperText !== null) {
    const changes = { added: [], changed: [], removed: [], paperText };
    for (const line of changedTextLines(changes, colors)) write(line);
  }
  if (problem !== null) write(`${colors.yellow("!")} ${printable(problem)}`);
}
