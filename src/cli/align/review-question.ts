import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { text as readAll } from "node:stream/consumers";
import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import type { ReviewAnswer } from "../../domain/persona/review-request.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { CliContext, CommandContext } from "../cli-context.js";
import { describeError } from "../describe-error.js";
import { colorsFor } from "../output/terminal.js";
import type { CallVerb } from "../../app/verbs/verb-hooks.js";
import type { AlignProgress } from "./align-progress.js";
import { writeReview } from "./review-report.js";

type ReviewRequest = VerbOutput<"review">;

/** Whether a person sits at input and output. */
export function canAsk({ stdin, stdout }: CliContext): boolean {
  return stdin.isTTY === true && stdout.isTTY === true;
}

/**
 * Reads the text of an edit.
 *
 * @param file - `-` for the input.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function readEdit(file: string, { stdin }: Pick<CliContext, "stdin">) {
  if (file === "-") return readAll(stdin);
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code = "no reason" } = cause as NodeJS.ErrnoException;
    throw new PersonaAgentError(
      "config-file-invalid",
      `${file} cannot be read (${code}); expected a file with the persona's lines, one a line. Check its path.`,
      { cause },
    );
  }
}

/** The text as the whole persona in paper mode, else as its lines, one a line. */
export function parseEdit(
  text: string,
  { paperText }: Pick<ReviewRequest, "paperText">,
): ReviewAnswer {
  if (paperText !== null) return { decision: "edit", paperText: text.trim() };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return { decision: "edit", lines: lines.map((line) => ({ text: line })) };
}

/**
 * Asks for a decision on each new persona of a run, until none waits or the person leaves one waiting.
 *
 * @returns The result of the run; `null` when the first one was left waiting.
 */
export async function decideOnTerminal(
  request: ReviewRequest,
  call: CallVerb,
  context: CommandContext,
  { onEvent: onProgress, stop }: AlignProgress,
  signature: Pick<ReviewAnswer, "note" | "author"> = {},
): Promise<VerbOutput<"decide"> | null> {
  const { signal } = context;
  let result: VerbOutput<"decide"> | null = null;
  for (let waiting: ReviewRequest | null = request; waiting !== null; waiting = result.review) {
    writeReview(context, waiting);
    const answer = await askDecision(waiting, context);
    if (answer === null) return result;
    const input: VerbInput<"decide"> = { user: waiting.user, ...signature, ...answer };
    result = await call("decide", input, { signal, onProgress });
    stop();
  }
  return result;
}

/** @returns `null` when the person leaves it waiting. */
async function askDecision(
  request: ReviewRequest,
  context: CommandContext,
): Promise<ReviewAnswer | null> {
  const { stdin, stdout, stderr, signal } = context;
  const colors = colorsFor(stdout);
  const left = new AbortController();
  const lines = createInterface({ input: stdin, output: stdout });
  // On a terminal Ctrl-C comes here and not as a signal.
  for (const end of ["SIGINT", "close"] as const) lines.once(end, () => left.abort());
  const ask = async (question: string) => {
    const either = AbortSignal.any([signal, left.signal]);
    return (await lines.question(colors.cyan(question), { signal: either })).trim();
  };
  try {
    for (;;) {
      const word = await ask("approve, edit, reject, or leave it waiting? [a/e/r/l] ");
      if (/^a(?:pprove)?$/i.test(word)) return { decision: "approve" };
      if (/^r(?:eject)?$/i.test(word)) return { decision: "reject" };
      if (/^l(?:eave)?$/i.test(word)) return null;
      if (!/^e(?:dit)?$/i.test(word)) continue;
      const file = await ask("file with the lines, one a line: ");
      try {
        if (file !== "" && file !== "-") return parseEdit(await readEdit(file, context), request);
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
