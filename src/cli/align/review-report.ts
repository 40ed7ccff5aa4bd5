import type { VerbOutput } from "../../contract/verbs.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import type { CommandContext } from "../cli-context.js";
import { changedLines, changedTextLines } from "../output/persona-changes.js";
import { printable, printableLine } from "../output/printable.js";
import { type Colors, terminalOf } from "../output/terminal.js";

/** What a person decides on: each item of the batch, and the changed lines. */
export function writeReview({ stdout }: CommandContext, request: VerbOutput<"review">): void {
  const { colors, width, write } = terminalOf(stdout);
  const { user, version, reason, items, diff, paperText, problem } = request;
  const title = `A new persona of ${JSON.stringify(user)} waits`;
  write(`${colors.cyan(title)}, version ${version + 1}. ${printable(reason)}`);
  for (const item of items) {
    const { subject } = parseQuestion(item.question);
    write(`${comparison(item, colors)}${printableLine(subject, width - 8)}`);
    const answers = { old: item.oldAnswer, new: item.newAnswer, truth: item.trueAnswer };
    for (const [name, text] of Object.entries(answers))
      if (text !== null) write(`  ${colors.dim(name.padEnd(6))}${printableLine(text, width - 8)}`);
  }
  for (const line of changedLines(diff, colors)) write(line);
  if (paperText !== null) for (const line of changedTextLines({ paperText }, colors)) write(line);
  if (problem !== null) write(`${colors.yellow("!")} ${printable(problem)}`);
}

/** The new answer compared with the old one; empty where there is no new one. */
function comparison(
  { oldScore, newScore }: VerbOutput<"review">["items"][number],
  colors: Colors,
): string {
  if (oldScore === null || newScore === null) return "";
  if (newScore === oldScore) return "same   ";
  return newScore > oldScore ? colors.green("better ") : colors.red("worse  ");
}
