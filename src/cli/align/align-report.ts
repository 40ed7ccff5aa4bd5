import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { outcomeWithoutChange, parentVersion } from "../../domain/persona/version-history.js";
import { personaChanges } from "../../app/verbs/learned.js";
import type { VerbOutput } from "../../contract/verbs.js";
import type { Iteration } from "../../state/alignment-state.js";
import type { CommandContext } from "../cli-context.js";
import { StoppedByBudget } from "../describe-error.js";
import { counted, formatCost, measured } from "../output/figures.js";
import { changedLines, changedTextLines } from "../output/persona-changes.js";
import { oneLine, printable, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";

/** @throws {StoppedByBudget} To be called when the result was written. */
export function throwIfBudgetSpent({ degraded }: Pick<Aligned, "degraded">): void {
  if (degraded.includes("budget-spent")) throw new StoppedByBudget("The budget was spent.");
}

type Aligned = VerbOutput<"align">;

/** @param history - All checkpoints of the user. */
export function writeAlignment(
  { stdout }: CommandContext,
  { user, runId, iterations, review, degraded, ...result }: Aligned,
  history: readonly PersonaCheckpoint[],
): void {
  const { colors, width, write } = terminalOf(stdout);
  for (const [index, iteration] of iterations.entries()) {
    const { accepted, reason, version, candidateScore } = iteration;
    if (isNotStarted(iteration)) {
      // Its checkpoint, if any, holds only the cost of the profile, which the last line has too.
      write(oneLine(reason));
      continue;
    }
    // The others of the update were written before the one that stands for it.
    const checkpoint = history.findLast(
      ({ alignment }) => alignment?.runId === runId && alignment.iteration === index + 1,
    );
    const unchanged = checkpoint && outcomeWithoutChange(checkpoint, history);
    const title = accepted ? `accepted as version ${version}` : (unchanged ?? "not taken");
    const style = accepted ? colors.green : candidateScore === null ? colors.dim : colors.red;
    write(style(`Update ${index + 1}: ${title}`));
    for (const line of wrap(oneLine(reason), width - 2)) write(`  ${line}`);
    if (checkpoint === undefined) continue;
    if (checkpoint.alignment !== null) write(colors.dim(`  ${measured(checkpoint.alignment)}`));
    const changes = personaChanges(parentVersion(checkpoint, history), checkpoint);
    for (const line of [...changedLines(changes, colors), ...changedTextLines(changes, colors)])
      write(`  ${line}`);
  }
  write(alignmentLine({ user, iterations, review, ...result }));
  if (review !== null)
    write(
      `It waits for a person: \`review --user ${printable(user)}\` with --approve, --edit or --reject.`,
    );
  if (degraded.length > 0) write(`Not everything worked: ${degraded.join(", ")}.`);
}

/** Whether nothing was asked of the batch: there were too few answers, or a budget was exhausted. */
export function isNotStarted({ accepted, parentScore }: Iteration): boolean {
  return !accepted && parentScore === null;
}

/** Why an alignment changed nothing; `null` where an update was taken, or waits. */
export function whyUnchanged({
  iterations,
  review,
}: Pick<Aligned, "iterations" | "review">): string | null {
  if (review !== null || iterations.some(({ accepted }) => accepted)) return null;
  const judged = iterations.findLast(({ candidateScore }) => candidateScore !== null);
  return (judged ?? iterations.at(-1))?.reason ?? null;
}

/** One user's alignment in one line. */
export function alignmentLine({
  user,
  iterations,
  head,
  review,
  usage,
  seconds,
}: Omit<Aligned, "mode" | "runId" | "degraded">): string {
  const accepted = iterations.filter((iteration) => iteration.accepted).length;
  // An iteration that kept the lines, or whose lines were all rejected, is no update.
  const judged = iterations.filter(
    (iteration) => iteration.accepted || iteration.candidateScore !== null,
  ).length;
  const outcome = [
    `version ${head.version}`,
    head.paperText === null ? counted(head.lines.length, "line") : "a text of paper mode",
    ...(judged === 0 ? [] : [`${accepted} of ${counted(judged, "update")} accepted`]),
    ...(review === null ? [] : ["one waits for review"]),
  ];
  // Nothing but the profile was asked for.
  const isIdle =
    iterations.length > 0 &&
    iterations.every((each) => isNotStarted(each) && each.reason.startsWith("Not started"));
  const cost = formatCost(usage, isIdle ? " for the profile" : "");
  return `${printable(user)}: ${outcome.join(", ")} (${cost}, ${seconds.toFixed(1)} s)`;
}
