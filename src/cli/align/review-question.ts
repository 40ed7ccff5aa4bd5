import { createInterface } from "node:readline/promises";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { PersonaAgentError } from "../../errors.js";
import type { AlignmentResult } from "../../app/alignment-runs/aligner.js";
import type { PersonaAgent } from "../../app/persona-agent.js";
import type { AlignProgress } from "./align-progress.js";
import { colorsFor } from "../output/colors.js";
import type { CliContext } from "../cli-context.js";
import { describeError } from "../describe-error.js";
import { editOf, readEdit } from "./review-edit.js";
import { writeReview } from "./review-report.js";

/** Whether a person sits at both ends. */
export function canAsk({ stdin, stdout }: CliContext): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}

export type Signed = Pick<ReviewAnswer, "note" | "author">;

/**
 * Asks for each new persona of a run until none waits, or the person leaves one waiting.
 *
 * @returns What the run came to; null when the first one was left waiting.
 */
export async function decideOnTerminal(
  request: ReviewRequest,
  agent: Pick<PersonaAgent, "review">,
  context: CliContext & { readonly progress: AlignProgress },
  signed: Signed = {},
): Promise<AlignmentResult | null> {
  const { signal, progress } = context;
  const { onEvent } = progress;
  let result: AlignmentResult | null = null;
  for (let waiting: ReviewRequest | null = request; waiting !== null; waiting = result.review) {
    writeReview(context, waiting);
    const answer = await askDecision(waiting, context);
    if (answer === null) return result;
    result = await agent.review(waiting.user, { ...signed, ...answer }, { signal, onEvent });
    progress.stop();
  }
  return result;
}

/** @returns Null when the person leaves it waiting. */
async function askDecision(
  request: ReviewRequest,
  context: CliContext,
): Promise<ReviewAnswer | null> {
  const { stdin, stdout, stderr, signal } = context;
  const colors = colorsFor(stdout);
  const left = new AbortController();
  const lines = createInterface({ input: stdin, output: stdout });
  // On a terminal Ctrl-C comes here and not as a signal.
  for (const end of ["SIGINT", "close"] as const) lines.once(end, () => left.abort());
  const ask = (question: string) =>
    lines.question(colors.cyan(question), { signal: AbortSignal.any([signal, left.signal]) });
  try {
    for (;;) {
      const word = (await ask("approve, edit, reject, or leave it waiting? [a/e/r/l] ")).trim();
      if (/^a(?:pprove)?$/i.test(word)) return { decision: "approve" };
      if (/^r(?:eject)?$/i.test(word)) return { decision: "reject" };
      if (/^l(?:eave)?$/i.test(word)) return null;
      if (!/^e(?:dit)?$/i.test(word)) continue;
      const file = (await ask("file with the lines, one a line: ")).trim();
      try {
        if (file !== "" && file !== "-") return editOf(await readEdit(file, context), request);
      } catch (error) {
        if (!PersonaAgentError.is(error)) throw error;
        stderr.write(`persona-agent: ${describeError(error)}\n`);
      }
    }
  } catch (error) {
    if (!left.signal.aborted || signal.aborted) throw error;
    stdout.write("\n");
    return null;
  } finally {
    lines.close();
  }
}
