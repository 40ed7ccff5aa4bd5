import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { parentVersion } from "../../domain/persona/version-history.js";
import type { AlignmentResult } from "../../app/alignment-runs/aligner.js";
import type { Iteration } from "../../state/alignment-state.js";
import { colorsFor } from "../output/colors.js";
import { oneLine, printable } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { counted } from "../output/counted.js";
import { formatCost, measured } from "../output/measured.js";
import {
  changedLines,
  changedTextLines,
  linesJson,
  personaChanges,
} from "../persona/persona-changes.js";
import type { ReviewRequest } from "../../domain/persona/review-request.js";
import { wrap } from "../output/wrap.js";

/** An alignment as `align --json` prints it. This shape is a contract. */
export function alignmentJson(result: AlignmentResult) {
  const { user, mode, iterations, head, usage, seconds, review, degraded } = result;
  return {
    user,
    mode,
    iterations,
    head: {
      version: head.version,
      lines: linesJson(head.lines),
      paperText: head.paperSystemPrompt,
    },
    calls: usage.calls,
    tokens: usage.tokens,
    seconds,
    review: review && reviewJson(review),
    degraded,
  };
}

/** A request for review as `review --json` prints it. This shape is a contract. */
export function reviewJson({ paperSystemPrompt: paperText, ...request }: ReviewRequest) {
  return { ...request, paperText };
}

/** @param history - All of the user's checkpoints. */
export function writeAlignment(
  context: CliContext,
  result: AlignmentResult,
  history: readonly PersonaCheckpoint[],
): void {
  const { stdout } = context;
  const width = Math.max(60, stdout.columns ?? 120) - 2;
  const colors = colorsFor(stdout);
  for (const [index, iteration] of result.iterations.entries()) {
    const { accepted, reason, version, candidateScore } = iteration;
    if (isNotBegun(iteration)) {
      // Its one checkpoint, where there is one, holds the cost of the profile, which stands in the last line too.
      stdout.write(`${oneLine(reason)}\n`);
      continue;
    }
    const refused = candidateScore === null ? "nothing to judge" : "not taken";
    const title = accepted ? `accepted as version ${version}` : refused;
    const style = accepted ? colors.green : candidateScore === null ? colors.dim : colors.red;
    stdout.write(`${style(`Update ${index + 1}: ${title}`)}\n`);
    for (const line of wrap(oneLine(reason), width)) stdout.write(`  ${line}\n`);
    const checkpoint = history.find(
      ({ alignment }) => alignment?.runId === result.runId && alignment.iteration === index + 1,
    );
    if (checkpoint !== undefined) writeEvidence(context, checkpoint, history);
  }
  stdout.write(`${alignmentLine(result)}\n`);
  if (result.review !== null)
    stdout.write(
      `It waits for a person: \`review --user ${printable(result.user)}\` with --approve, --edit or --reject.\n`,
    );
  if (result.degraded.length > 0)
    stdout.write(`Not everything worked: ${result.degraded.join(", ")}.\n`);
}

/** Whether nothing was asked of the batch: there were too few answers, or a budget was spent. */
function isNotBegun({ accepted, parentScore }: Iteration): boolean {
  return !accepted && parentScore === null;
}

/**
 * Why an alignment has changed nothing: the reason against its last candidate, or why there was none.
 *
 * @returns Null where something was taken, or still waits.
 */
export function whyUnchanged({ iterations, review }: AlignmentResult): string | null {
  if (review !== null || iterations.some(({ accepted }) => accepted)) return null;
  const judged = iterations.findLast(({ candidateScore }) => candidateScore !== null);
  return (judged ?? iterations.at(-1))?.reason ?? null;
}

/** What one user's alignment came to, in one line. */
export function alignmentLine({ user, iterations, head, review, ...spent }: AlignmentResult) {
  const accepted = iterations.filter((iteration) => iteration.accepted).length;
  // What kept the lines, or could not be taken, is no update.
  const judged = iterations.filter(
    (iteration) => iteration.accepted || iteration.candidateScore !== null,
  ).length;
  const outcome = [
    `version ${head.version}`,
    head.paperSystemPrompt === null ? counted(head.lines.length, "line") : "a text of paper mode",
    ...(judged === 0 ? [] : [`${accepted} of ${counted(judged, "update")} accepted`]),
    ...(review === null ? [] : ["one waits for review"]),
  ];
  return `${printable(user)}: ${outcome.join(", ")} (${formatCost(spent.usage)}, ${spent.seconds.toFixed(1)} s)`;
}

function writeEvidence(
  { stdout }: CliContext,
  checkpoint: PersonaCheckpoint,
  history: readonly PersonaCheckpoint[],
): void {
  const colors = colorsFor(stdout);
  const { alignment } = checkpoint;
  if (alignment !== null) stdout.write(colors.dim(`  ${measured(alignment)}\n`));
  const parent = parentVersion(checkpoint, history);
  const changes = personaChanges(parent, checkpoint);
  for (const line of [...changedLines(changes, colors), ...changedTextLines(changes, colors)])
    stdout.write(`  ${line}\n`);
}
